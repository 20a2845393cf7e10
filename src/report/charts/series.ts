/** How the lines and marks of a chart are told apart: colour by arm, dash and shape by setting. */
import { labelOf } from '../label.js';
import type { SettingSummary, Summary } from '../summary.js';
import { seriesColors, seriesDashes, seriesShapes } from './theme.js';

/** One entry of a legend. */
export interface Series {
  setting: string;
  label: string;
  color: string;
  dash: readonly number[];
  shape: string;
}

/** The series of `settings` within one chart: no two have the same dash or shape, so that colour is never needed. */
export function seriesOf(settings: readonly SettingSummary[], summary: Summary): Series[] {
  return settings.map((setting, index) => ({
    setting: setting.id,
    label: summary.contexts.length > 1 ? setting.label : labelOf(setting, summary),
    color: colorOf(setting.arm, summary),
    dash: cycle(seriesDashes, index),
    shape: cycle(seriesShapes, index),
  }));
}

/** The colour of an arm, the same in all charts of a report. */
export function colorOf(arm: string, { arms }: Pick<Summary, 'arms'>): string {
  return cycle(
    seriesColors,
    Math.max(
      0,
      arms.findIndex(({ name }) => name === arm),
    ),
  );
}

/** The most series that one chart holds before it is split. */
export const mostSeries = seriesDashes.length;

/** A Vega-Lite scale that gives each series its own value of `field`. */
export function scaleOf(series: readonly Series[], field: 'color' | 'dash' | 'shape') {
  return { domain: series.map(({ setting }) => setting), range: series.map((each) => each[field]) };
}

function cycle<Value>(values: readonly Value[], index: number): Value {
  return values[index % values.length] as Value;
}

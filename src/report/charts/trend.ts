/** Trends: accuracy, step time and memory of one setting on one machine from run to run, with new levels marked. */
import type { Trend } from '../../results/history.js';
import { decimal } from '../number.js';
import { type Figure, type Panel, panel, panelSize } from './figure.js';
import { rangeOf } from './range.js';
import { ink, muted, seriesColors } from './theme.js';

const quantities = [
  { field: 'accuracy', title: 'test accuracy, %', name: 'accuracy', scale: 100, digits: 2 },
  { field: 'stepMilliseconds', title: 'step, ms', name: 'step', scale: 1, digits: 1 },
  { field: 'peakRssBytes', title: 'peak memory, GB', name: 'memory', scale: 1e-9, digits: 2 },
] as const;

/** Trends of fewer runs are points, not trends. */
const fewestRuns = 2;
const mostTrends = 24;

/** One figure for each trend of several runs, by suite, machine and setting. */
export async function trendFigures(trends: readonly Trend[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  const shown = trends.filter(({ runs }) => runs.length >= fewestRuns).slice(0, mostTrends);
  for (const [index, trend] of shown.entries()) figures.push(await trendFigure(trend, index + 1));
  return figures;
}

async function trendFigure(trend: Trend, number: number): Promise<Figure> {
  const panels: Panel[] = [];
  for (const quantity of quantities) {
    const values = trend.runs.flatMap((run, index) => {
      const value = quantity.field === 'accuracy' ? run.accuracy.mean : run[quantity.field];
      return value === null ? [] : [{ run: index + 1, value: value * quantity.scale }];
    });
    if (values.length < fewestRuns) continue;
    const changes = trend.changes[quantity.field].map((index) => ({ run: index + 0.5 }));
    panels.push(await panel(`trend-${number}-${quantity.name}`, quantity.title, specOf(values, changes)));
  }
  return {
    name: `trend-${number}`,
    title: `${trend.suite}: ${trend.setting}`,
    description: `Machine ${trend.fingerprint}, suite version ${trend.version}, ${trend.runs.length} runs, oldest first. A vertical line marks where a new level begins (binary segmentation with a permutation test at 1 %).`,
    legend: [],
    legendMark: 'line',
    across: 3,
    panels,
    table: {
      head: ['date', 'commit', 'n', ...quantities.map(({ title }) => title)],
      texts: 2,
      rows: trend.runs.slice(-100).map((run) => [
        run.date,
        run.commit?.slice(0, 10) ?? '–',
        String(run.n),
        ...quantities.map(({ field, scale, digits }) => {
          const value = field === 'accuracy' ? run.accuracy.mean : run[field];
          return decimal(value === null ? null : value * scale, digits);
        }),
      ]),
      note: trend.runs.length > 100 ? 'The last 100 runs.' : null,
    },
  };
}

function specOf(values: readonly { run: number; value: number }[], changes: readonly { run: number }[]) {
  const last = Math.max(...values.map(({ run }) => run));
  const x = {
    field: 'run',
    type: 'quantitative',
    title: 'run',
    axis: { tickMinStep: 1, format: 'd' },
    scale: { domain: [0.5, last + 0.5], nice: false, zero: false },
  };
  const domain = rangeOf(values.map(({ value }) => value));
  const y = {
    field: 'value',
    type: 'quantitative',
    title: null,
    scale: { domain, nice: false, zero: false },
  };
  return {
    ...panelSize[3],
    layer: [
      {
        data: { values: changes },
        mark: { type: 'rule', color: muted, strokeDash: [3, 3] },
        encoding: { x },
      },
      {
        data: { values },
        mark: { type: 'line', color: seriesColors[0], strokeWidth: 1.4 },
        encoding: { x, y },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, color: ink, size: 24, opacity: 1 },
        encoding: { x, y },
      },
    ],
  };
}

/** One mark for each seed: what the means of the tables are made of, and the paired differences of the comparisons. */
import { labelOf } from '../label.js';
import { decimal, percent, whole } from '../number.js';
import { effect, unitOf } from '../summarize/effect.js';
import type { ComparisonSummary, SettingSummary, Summary } from '../summary.js';
import { type Figure, panel } from './figure.js';
import { type StripRow, stripSpec } from './rows.js';
import { colorOf } from './series.js';
import { seriesShapes } from './theme.js';

/** More rows than this make no picture. */
const mostRows = 24;
const mostTableRows = 240;

/** The test figure of every seed, or null when no cell has finished. */
export async function seedFigure(summary: Summary): Promise<Figure | null> {
  const { metric } = summary.suite;
  const figure = metric === 'accuracy' ? 'testAccuracy' : 'testLoss';
  const scale = metric === 'accuracy' ? 100 : 1;
  const all = summary.settings.filter((setting) => setting[figure] !== null);
  if (all.length === 0) return null;
  const few = all.length <= mostRows;
  const shown = few ? all : all.filter(({ chosen }) => chosen).slice(0, mostRows);
  const rows = shown.map((setting): StripRow => {
    const { mean, low, high } = setting[figure] as NonNullable<SettingSummary['testAccuracy']>;
    return {
      label: labelOf(setting, summary),
      values: seedValues(setting, figure).map(({ value }) => value * scale),
      mean: mean * scale,
      low: low === null ? null : low * scale,
      high: high === null ? null : high * scale,
      ...styleOf(setting.arm, summary),
    };
  });
  const title = metric === 'accuracy' ? 'test accuracy, %' : 'test loss';
  const values = shown.flatMap((setting) =>
    seedValues(setting, figure).map(({ seed, value }) => [
      labelOf(setting, summary),
      String(seed),
      metric === 'accuracy' ? percent(value) : decimal(value, 4),
    ]),
  );
  return {
    name: 'seeds',
    title: 'Every seed',
    description: `One mark for each seed; below them the mean with its 95 % t interval.${few ? '' : ` Of ${whole(all.length)} settings those that stand for their arms.`}`,
    legend: [],
    legendMark: 'mark',
    across: 2,
    panels: [await panel('seeds', '', stripSpec(rows, title))],
    table: {
      head: ['setting', 'seed', title],
      texts: 1,
      rows: values.slice(0, mostTableRows),
      note:
        values.length > mostTableRows
          ? `The first ${mostTableRows} of ${whole(values.length)}; all are in the CSV.`
          : null,
    },
  };
}

/** The paired differences to the baseline, seed by seed; null without a comparison. */
export async function differenceFigure(summary: Summary): Promise<Figure | null> {
  const { comparisons, suite } = summary;
  const shown = comparisons.filter(({ role }) => role !== 'budget').slice(0, mostRows);
  if (shown.length === 0) return null;
  const scale = suite.metric === 'accuracy' ? 100 : 1;
  const arms = new Map(summary.settings.map((setting) => [setting.id, setting]));
  const name = (id: string) => {
    const setting = arms.get(id);
    return setting ? labelOf(setting, summary) : id;
  };
  const labelFor = ({ candidate, baseline }: ComparisonSummary) =>
    `${name(candidate)} − ${arms.get(baseline)?.label ?? baseline}`;
  const rows = shown.map((comparison): StripRow => {
    const { mean, low, high } = comparison.difference;
    return {
      label: labelFor(comparison),
      values: comparison.pairs.map(({ difference }) => difference * scale),
      mean: mean * scale,
      low: low === null ? null : low * scale,
      high: high === null ? null : high * scale,
      ...styleOf(arms.get(comparison.candidate)?.arm ?? '', summary),
    };
  });
  const better = suite.metric === 'accuracy' ? 'right' : 'left';
  const title =
    suite.metric === 'accuracy' ? 'difference in test accuracy, points' : 'difference in test loss';
  return {
    name: 'differences',
    title: 'Paired differences',
    description: `One mark for each seed: the arm minus the baseline at equal seed; ${better} of the line at zero it does better. Below them the mean with its 95 % t interval.`,
    legend: [],
    legendMark: 'mark',
    across: 2,
    panels: [await panel('differences', '', stripSpec(rows, title, { zero: true }))],
    table: {
      head: ['comparison', 'seed', `difference, ${unitOf(suite.metric)}`],
      texts: 1,
      rows: shown
        .flatMap((comparison) =>
          comparison.pairs.map(({ seed, difference }) => [
            labelFor(comparison),
            String(seed),
            effect(difference, suite.metric),
          ]),
        )
        .slice(0, mostTableRows),
      note: null,
    },
  };
}

function seedValues(
  { seeds }: SettingSummary,
  figure: 'testAccuracy' | 'testLoss',
): { seed: number; value: number }[] {
  return seeds.flatMap((each) => {
    const value = each[figure];
    return value === null || each.excluded !== null ? [] : [{ seed: each.seed, value }];
  });
}

function styleOf(arm: string, summary: Summary) {
  const place = Math.max(
    0,
    summary.arms.findIndex(({ name }) => name === arm),
  );
  return { color: colorOf(arm, summary), shape: seriesShapes[place % seriesShapes.length] as string };
}

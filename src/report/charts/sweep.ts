/** A sweep: the test figure over a numeric axis such as rho, with intervals and the baseline's budgets as lines. */
import { labelOf } from '../label.js';
import type { SettingSummary, Summary } from '../summary.js';
import { accuracyOf } from '../tables/figure.js';
import { isWithin, type Sweep, sweepsOf, valuesOf } from '../tables/sweep.js';
import { type Figure, type Panel, panel, panelSize } from './figure.js';
import { clamp, rangeWithIntervals } from './range.js';
import { colorOf, mostSeries, type Series, scaleOf, seriesOf } from './series.js';
import { seriesDashes, seriesShapes } from './theme.js';

const mostPanels = 6;

/** One figure for each arm with a numeric axis of at least three values, a panel for each task. */
export async function sweepFigures(summary: Summary): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const sweep of sweepsOf(summary)) {
    const figure = await sweepFigure(summary, sweep, figures.length);
    if (figure) figures.push(figure);
  }
  return figures;
}

async function sweepFigure(summary: Summary, { arm, down }: Sweep, index: number): Promise<Figure | null> {
  const own = summary.settings.filter((setting) => setting.arm === arm && pick(setting, summary) !== null);
  if (valuesOf(own, down).length < 3) return null;
  const name = index === 0 ? 'sweep' : `sweep-${index + 1}`;
  const lines = linesOf(own, down, summary);
  // Along an axis that arms are compared within, the baseline is no flat line: it has a figure of its own.
  const flat = arm !== summary.suite.baseline && !isWithin(down, summary.suite.within);
  const baselines = flat ? baselinesOf(summary) : [];
  const panels: Panel[] = [];
  const tasks = new Set(own.map((setting) => taskOf(setting, down, summary)));
  for (const id of tasks) {
    const here = own.filter((setting) => taskOf(setting, down, summary) === id);
    if (panels.length === mostPanels || here.length < 2) continue;
    const number = panels.length === 0 ? '' : `-${panels.length + 1}`;
    const spec = specOf(here, down, lines, baselines, summary, id);
    panels.push(await panel(`${name}${number}`, id, { ...panelSize[tasks.size === 1 ? 2 : 3], ...spec }));
  }
  if (panels.length === 0) return null;
  const metric = summary.suite.metric;
  return {
    name,
    title: `${arm}: ${down}`,
    description: `Test ${metric} of ${arm} over ${down}: mean, with its 95 % t interval as a band.${baselines.length > 0 ? ` Flat lines: ${summary.suite.baseline} at its budgets, with bands alike.` : ''}`,
    legend: [...lines.map(({ series }) => series), ...baselines.map(({ series }) => series)],
    legendMark: 'line',
    across: panels.length === 1 ? 2 : 3,
    panels,
    table: {
      head: ['setting', down, metric === 'accuracy' ? 'test accuracy %' : 'test loss', 'n'],
      texts: 1,
      rows: own.slice(0, 120).map((setting) => {
        const figure = pick(setting, summary);
        const text = metric === 'accuracy' ? accuracyOf(figure) : (figure?.mean.toFixed(4) ?? '');
        return [labelOf(setting, summary), String(setting.axes[down]), text, String(figure?.n ?? 0)];
      }),
      note: own.length > 120 ? 'The first 120 settings; all are in the JSON summary.' : null,
    },
  };
}

/** The task of a setting, whatever its value of the axis that is swept. */
function taskOf({ context, axes }: SettingSummary, down: string, { suite, axes: all }: Summary): string {
  if (!isWithin(down, suite.within)) return context;
  return all
    .filter(({ name, role }) => role === 'context' && name !== down)
    .map(({ name }) => `${name} ${axes[name] ?? 'none'}`)
    .join(', ');
}

interface Line {
  series: Series;
  /** Whether a setting belongs to the line. */
  has(setting: SettingSummary): boolean;
}

/** A line for each combination of the arm's other axes and budgets, as many as can be told apart. */
function linesOf(own: readonly SettingSummary[], down: string, summary: Summary): Line[] {
  const tuned = summary.axes
    .filter(({ role, name }) => role === 'tuned' && name !== down)
    .map(({ name }) => name);
  const budgets = new Set(own.map(({ epochs }) => epochs)).size > 1;
  const keyOf = (setting: SettingSummary) =>
    [
      setting.arm,
      ...tuned.flatMap((axis) => (setting.axes[axis] === null ? [] : [`${axis} ${setting.axes[axis]}`])),
      ...(budgets ? [`${setting.epochs} epochs`] : []),
    ].join(', ');
  const keys = [...new Set(own.map(keyOf))].slice(0, mostSeries - 2);
  return keys.map((key, index) => ({
    series: {
      setting: key,
      label: key,
      color: colorOf(own[0]?.arm ?? '', summary),
      dash: seriesDashes[index % seriesDashes.length] ?? [],
      shape: seriesShapes[index % seriesShapes.length] ?? 'circle',
    },
    has: (setting) => keyOf(setting) === key,
  }));
}

/** The baseline's budgets at its chosen axes: in the first task as a legend, in each task as lines. */
function baselinesOf(summary: Summary): Line[] {
  const own = summary.settings.filter(({ arm }) => arm === summary.suite.baseline);
  const budgets = [...new Set(own.map(({ epochs }) => epochs))].sort((a, b) => a - b).slice(0, 2);
  return budgets.flatMap((epochs, index) => {
    const first = own.find((setting) => setting.epochs === epochs);
    const [series] = first ? seriesOf([first], summary) : [];
    if (!series) return [];
    const label = budgets.length > 1 ? `${summary.suite.baseline}, ${epochs} epochs` : summary.suite.baseline;
    const dash = seriesDashes[(index + 1) % seriesDashes.length] ?? [];
    return [
      {
        series: { ...series, setting: `baseline ${epochs}`, label, dash },
        has: (setting: SettingSummary) => setting.arm === summary.suite.baseline && setting.epochs === epochs,
      },
    ];
  });
}

function chosenAxes({ settings, suite }: Summary, context: string): SettingSummary['axes'] | undefined {
  return settings.find((each) => each.arm === suite.baseline && each.context === context && each.chosen)
    ?.axes;
}

function specOf(
  own: readonly SettingSummary[],
  down: string,
  lines: readonly Line[],
  baselines: readonly Line[],
  summary: Summary,
  context: string,
): Record<string, unknown> {
  const scale = summary.suite.metric === 'accuracy' ? 100 : 1;
  const figures = (setting: SettingSummary) => {
    const figure = pick(setting, summary) as NonNullable<SettingSummary['testAccuracy']>;
    return {
      mean: figure.mean * scale,
      low: (figure.low ?? figure.mean) * scale,
      high: (figure.high ?? figure.mean) * scale,
    };
  };
  const points = lines.flatMap(({ series, has }) =>
    own
      .filter(has)
      .map((setting) => ({ series: series.setting, x: Number(setting.axes[down]), ...figures(setting) })),
  );
  const flat = baselines.flatMap(({ series, has }) => {
    const here = summary.settings.filter(
      (each) => has(each) && each.context === context && pick(each, summary),
    );
    // Of a baseline with a grid of its own, the setting that stands for it, at this budget.
    const axes = JSON.stringify(here.length > 1 ? chosenAxes(summary, context) : null);
    const setting = here.find((each) => JSON.stringify(each.axes) === axes) ?? here[0];
    return setting
      ? [{ series: series.setting, color: series.color, dash: series.dash, ...figures(setting) }]
      : [];
  });
  const range = rangeWithIntervals(
    [...points, ...flat].map(({ mean }) => mean),
    [...points, ...flat],
    0.4,
  );
  const cut = <Row extends { low: number; high: number }>(row: Row) => ({
    ...row,
    low: clamp(row.low, range),
    high: clamp(row.high, range),
  });
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const log = xs.every((x) => x > 0) && (xs.at(-1) ?? 1) / (xs[0] ?? 1) >= 8;
  const margin = log ? 1.15 : ((xs.at(-1) ?? 1) - (xs[0] ?? 0)) * 0.05;
  const [first = 0, last = 1] = [xs[0], xs.at(-1)];
  const domain = log ? [first / margin, last * margin] : [first - margin, last + margin];
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: log ? { type: 'log', domain, nice: false } : { domain, nice: false, zero: false },
    axis: { values: xs, title: down, format: '.3~g', labelOverlap: true },
  };
  const title = summary.suite.metric === 'accuracy' ? 'test accuracy, %' : 'test loss';
  const y = {
    field: 'mean',
    type: 'quantitative',
    scale: { domain: range, zero: false, nice: false },
    title,
  };
  const all = [...lines, ...baselines].map(({ series }) => series);
  const color = { field: 'series', type: 'nominal', scale: scaleOf(all, 'color'), legend: null };
  const strokeDash = { field: 'series', type: 'nominal', scale: scaleOf(all, 'dash'), legend: null };
  return {
    layer: [
      {
        data: { values: flat.map(cut) },
        mark: { type: 'rect', opacity: 0.1 },
        encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values: flat },
        mark: { type: 'rule', strokeWidth: 1.4 },
        encoding: { y, color, strokeDash },
      },
      {
        data: { values: points.map(cut) },
        mark: { type: 'area', opacity: 0.14 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values: points },
        mark: { type: 'line', strokeWidth: 1.6 },
        encoding: { x, y, color, strokeDash },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 46, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          shape: { field: 'series', type: 'nominal', scale: scaleOf(all, 'shape'), legend: null },
        },
      },
    ],
  };
}

function pick({ testAccuracy, testLoss }: SettingSummary, { suite }: Summary) {
  return suite.metric === 'accuracy' ? testAccuracy : testLoss;
}

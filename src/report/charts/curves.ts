/** Learning curves: loss and accuracy in training and on validation, against epochs, gradient evaluations and time. */
import { decimal, whole } from '../number.js';
import type { CurvePoint, CurveSummary, SettingSummary, Summary } from '../summary.js';
import { type DataTable, type Figure, type Panel, panel, panelSize, split } from './figure.js';
import { clamp, rangeOf, rangeWithIntervals } from './range.js';
import { type Series, scaleOf, seriesOf } from './series.js';

type Quantity = 'trainLoss' | 'valLoss' | 'trainAccuracy' | 'valAccuracy';
type Clock = 'epoch' | 'gradientEvaluations' | 'seconds';

const quantities: readonly { field: Quantity; title: string; name: string; scale: number }[] = [
  { field: 'valAccuracy', title: 'validation accuracy, %', name: 'validation-accuracy', scale: 100 },
  { field: 'valLoss', title: 'validation loss', name: 'validation-loss', scale: 1 },
  { field: 'trainAccuracy', title: 'training accuracy, %', name: 'training-accuracy', scale: 100 },
  { field: 'trainLoss', title: 'training loss', name: 'training-loss', scale: 1 },
];

const clocks: readonly { field: Clock; title: string; name: string }[] = [
  { field: 'epoch', title: 'epochs', name: 'epochs' },
  { field: 'gradientEvaluations', title: 'gradient evaluations', name: 'gradients' },
  { field: 'seconds', title: 'wall time', name: 'time' },
];

/** More points than this cannot be told apart in a panel. */
const mostPoints = 60;
const mostTasks = 4;

/** The curve figures: one for each task, more where a chart would hold too many settings. */
export async function curveFigures(summary: Summary): Promise<Figure[]> {
  const byId = new Map(summary.settings.map((setting) => [setting.id, setting]));
  const figures: Figure[] = [];
  for (const { id } of summary.contexts.slice(0, mostTasks)) {
    const curves = summary.curves.filter(({ setting }) => byId.get(setting)?.context === id);
    const isBaseline = ({ setting }: CurveSummary) => byId.get(setting)?.arm === summary.suite.baseline;
    if (curves.length === 0) continue;
    const charts = split(curves, isBaseline);
    for (const [index, chart] of charts.entries()) {
      const settings = chart.map(({ setting }) => byId.get(setting) as SettingSummary);
      const number = figures.length === 0 ? '' : `-${figures.length + 1}`;
      const part = charts.length > 1 ? ` (${index + 1} of ${charts.length})` : '';
      // One task is drawn against all three clocks; for the others gradient evaluations, the fair one, must do.
      const isFirst = figures.length < charts.length && index === figures.length;
      const shown = isFirst ? clocks : clocks.filter(({ field }) => field === 'gradientEvaluations');
      const name = `curves${number}`;
      const title = `Accuracy and loss${id === '' ? '' : `, ${id}`}${part}`;
      figures.push(await curveFigure(chart, seriesOf(settings, summary), shown, name, title));
    }
  }
  return figures;
}

async function curveFigure(
  curves: readonly CurveSummary[],
  series: readonly Series[],
  shown: typeof clocks,
  name: string,
  title: string,
): Promise<Figure> {
  const panels: Panel[] = [];
  for (const quantity of quantities) {
    const points = curves.flatMap(({ points }) => points.flatMap((point) => point[quantity.field] ?? []));
    if (points.length === 0) continue;
    const scale = quantity.scale;
    const range = rangeWithIntervals(
      points.map(({ mean }) => mean * scale),
      points.flatMap(({ low, high }) =>
        low === null || high === null ? [] : [{ low: low * scale, high: high * scale }],
      ),
      0.15,
    );
    const bounded: [number, number] =
      scale === 100 ? [Math.max(0, range[0]), Math.min(100, range[1])] : range;
    for (const clock of shown) {
      const values = valuesOf(curves, quantity, clock.field, bounded);
      if (values.length === 0) continue;
      const spec = specOf(values, series, clock.field, bounded, quantity.scale);
      panels.push(await panel(`${name}-${quantity.name}-${clock.name}`, sentence(quantity.title), spec));
    }
  }
  return {
    name,
    title,
    description: `Against ${shown
      .map(({ title }) => title)
      .join(', ')
      .replace(
        /, ([^,]*)$/,
        ' and $1',
      )}. Mean over seeds, with the 95 % t interval of each epoch as a band (cut where it leaves the chart). Training figures are averages over the epoch, taken before each update.`,
    legend: series,
    legendMark: 'line',
    across: shown.length === 1 ? 2 : 3,
    panels,
    table: tableOf(curves, series),
  };
}

interface Value {
  series: string;
  x: number;
  y: number;
  low: number;
  high: number;
}

function valuesOf(
  curves: readonly CurveSummary[],
  { field, scale }: (typeof quantities)[number],
  clock: Clock,
  range: readonly [number, number],
): Value[] {
  return curves.flatMap(({ setting, points }) =>
    thin(points, mostPoints).flatMap((point): Value[] => {
      const figure = point[field];
      const x = point[clock];
      if (figure === null || x === null) return [];
      const at = (value: number | null) => clamp((value ?? figure.mean) * scale, range);
      return [{ series: setting, x, y: at(figure.mean), low: at(figure.low), high: at(figure.high) }];
    }),
  );
}

function specOf(
  values: readonly Value[],
  series: readonly Series[],
  clock: Clock,
  range: readonly [number, number],
  scale: number,
): Record<string, unknown> {
  const time = clock === 'seconds' ? timeAxis(Math.max(...values.map(({ x }) => x))) : null;
  const xAxis = {
    title: time?.title ?? (clock === 'epoch' ? 'epochs' : 'gradient evaluations'),
    tickMinStep: 1,
  };
  const unit = time?.unit ?? 1;
  const right = rangeOf(values.map(({ x }) => x / unit))[1];
  return {
    ...panelSize[3],
    data: { values: values.map((value) => ({ ...value, x: value.x / unit })) },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        axis: time ? { title: time.title } : { ...xAxis, tickCount: 4, format: right < 10_000 ? 'd' : '~s' },
        scale: { domain: [0, right], nice: false },
      },
      y: {
        type: 'quantitative',
        title: null,
        scale: { domain: range, zero: false, nice: false },
        axis: { format: scale === 100 ? '.4~g' : '.3~g' },
      },
    },
    layer: [
      {
        mark: { type: 'area', opacity: 0.14 },
        encoding: {
          y: { field: 'low' },
          y2: { field: 'high' },
          color: { field: 'series', type: 'nominal', scale: scaleOf(series, 'color'), legend: null },
        },
      },
      {
        mark: { type: 'line', strokeWidth: 1.6, strokeJoin: 'round' },
        encoding: {
          y: { field: 'y' },
          color: { field: 'series', type: 'nominal', scale: scaleOf(series, 'color'), legend: null },
          strokeDash: { field: 'series', type: 'nominal', scale: scaleOf(series, 'dash'), legend: null },
        },
      },
    ],
  };
}

/** Seconds, minutes or hours, so that ticks are small numbers. */
export function timeAxis(longest: number): { unit: number; title: string } {
  if (longest < 180) return { unit: 1, title: 'wall time, s' };
  return longest < 10_800 ? { unit: 60, title: 'wall time, min' } : { unit: 3600, title: 'wall time, h' };
}

/** At most `most` of the points, evenly spread, first and last among them. */
export function thin<Point>(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  return Array.from({ length: most }, (_, index) => {
    const place = Math.round((index * (points.length - 1)) / (most - 1));
    return points[place] as Point;
  });
}

const mostRows = 12;

function tableOf(curves: readonly CurveSummary[], series: readonly Series[]): DataTable {
  const fields: readonly Quantity[] = quantities.map(({ field }) => field);
  const cut = curves.some(({ points }) => points.length > mostRows);
  return {
    head: [
      'setting',
      'epoch',
      'gradient evaluations',
      'seconds',
      ...quantities.map(({ title }) => `${title}, mean (low to high)`),
    ],
    texts: 1,
    rows: curves.flatMap(({ setting, points }) =>
      thin(points, mostRows).map((point) => [
        series.find((each) => each.setting === setting)?.label ?? setting,
        whole(point.epoch),
        whole(point.gradientEvaluations),
        decimal(point.seconds, 1),
        ...fields.map((field, index) => intervalText(point[field], quantities[index]?.scale ?? 1)),
      ]),
    ),
    note: cut ? `At most ${mostRows} epochs of each setting; all are in the JSON summary.` : null,
  };
}

function intervalText(figure: CurvePoint[Quantity], scale: number): string {
  if (figure === null) return decimal(null, 2);
  const digits = scale === 100 ? 2 : 4;
  const [mean, low, high] = [figure.mean, figure.low, figure.high].map((value) =>
    decimal(value === null ? null : value * scale, digits),
  );
  return figure.low === null ? String(mean) : `${mean} (${low} to ${high})`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

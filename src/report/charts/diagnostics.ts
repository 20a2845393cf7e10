/** What the sharpness-aware rules did: length of the perturbation, cosine of the two gradients, ascent of the loss. */
import { decimal, whole } from '../number.js';
import type { CurveSummary, SettingSummary, Summary } from '../summary.js';
import { thin } from './curves.js';
import { type Figure, type Panel, panel, panelSize, split } from './figure.js';
import { clamp, rangeOf, rangeWithIntervals } from './range.js';
import { scaleOf, seriesOf } from './series.js';

const quantities = [
  { field: 'perturbationNorm', title: 'Perturbation, L2 norm', name: 'perturbation' },
  { field: 'gradientCosine', title: 'Cosine of the two gradients', name: 'cosine' },
  { field: 'ascent', title: 'Loss at w + ε minus loss at w', name: 'ascent' },
] as const;

/** The diagnostics of the settings that have any, in the first task; null when none has. */
export async function diagnosticFigure(summary: Summary): Promise<Figure | null> {
  const byId = new Map(summary.settings.map((setting) => [setting.id, setting]));
  const all = summary.curves.filter(({ points }) =>
    points.some(({ perturbationNorm }) => perturbationNorm !== null),
  );
  const context = byId.get(all[0]?.setting ?? '')?.context;
  const curves = split(
    all.filter(({ setting }) => byId.get(setting)?.context === context),
    () => false,
  )[0];
  if (!curves || curves.length === 0) return null;
  const series = seriesOf(
    curves.map(({ setting }) => byId.get(setting) as SettingSummary),
    summary,
  );
  const panels: Panel[] = [];
  for (const { field, title, name } of quantities) {
    const figures = curves.flatMap(({ points }) => points.flatMap((point) => point[field] ?? []));
    if (figures.length === 0) continue;
    const range = rangeWithIntervals(
      figures.map(({ mean }) => mean),
      figures.flatMap(({ low, high }) => (low === null || high === null ? [] : [{ low, high }])),
      0.15,
    );
    panels.push(await panel(`diagnostics-${name}`, title, specOf(curves, series, field, range)));
  }
  const task = context ? ` The task is ${context}.` : '';
  return {
    name: 'diagnostics',
    title: 'What the perturbation did',
    description: `Mean over the steps of an epoch and over seeds, with its 95 % t interval as a band. For plain SAM the perturbation is as long as rho, and a working ascent raises the loss.${task}`,
    legend: series,
    legendMark: 'line',
    across: 3,
    panels,
    table: {
      head: ['setting', 'epoch', ...quantities.map(({ title }) => title)],
      texts: 1,
      rows: curves.flatMap(({ setting, points }) =>
        thin(points, 12).map((point) => [
          series.find((each) => each.setting === setting)?.label ?? setting,
          whole(point.epoch),
          ...quantities.map(({ field }) => decimal(point[field]?.mean ?? null, 4)),
        ]),
      ),
      note: curves.some(({ points }) => points.length > 12) ? 'At most 12 epochs of each setting.' : null,
    },
  };
}

function specOf(
  curves: readonly CurveSummary[],
  series: ReturnType<typeof seriesOf>,
  field: (typeof quantities)[number]['field'],
  range: [number, number],
): Record<string, unknown> {
  const values = curves.flatMap(({ setting, points }) =>
    thin(points, 60).flatMap((point) => {
      const figure = point[field];
      if (figure === null) return [];
      const at = (value: number | null) => clamp(value ?? figure.mean, range);
      return [
        { series: setting, x: point.epoch, y: figure.mean, low: at(figure.low), high: at(figure.high) },
      ];
    }),
  );
  const color = { field: 'series', type: 'nominal', scale: scaleOf(series, 'color'), legend: null };
  return {
    ...panelSize[3],
    data: { values },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: 'epochs',
        axis: { tickMinStep: 1, format: 'd' },
        scale: { domain: [0, rangeOf(values.map(({ x }) => x))[1]], nice: false },
      },
      y: { type: 'quantitative', title: null, scale: { domain: range, zero: false, nice: false } },
    },
    layer: [
      {
        mark: { type: 'area', opacity: 0.14 },
        encoding: { y: { field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        mark: { type: 'line', strokeWidth: 1.6 },
        encoding: {
          y: { field: 'y' },
          color,
          strokeDash: { field: 'series', type: 'nominal', scale: scaleOf(series, 'dash'), legend: null },
        },
      },
    ],
  };
}

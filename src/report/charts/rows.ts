/** A strip for each row: its label above, one mark for each seed, below them the mean with its interval. */
import { clamp, rangeWithIntervals } from './range.js';
import { ink, muted, rule } from './theme.js';

export interface StripRow {
  label: string;
  values: readonly number[];
  mean: number;
  low: number | null;
  high: number | null;
  color: string;
  shape: string;
}

/** Pixels of one row. */
const rowHeight = 46;

/**
 * The specification of a strip chart. With `zero` the axis contains 0, which is drawn as a line. Intervals that reach
 * far beyond the marks are cut, with an arrow head at the cut.
 */
export function stripSpec(rows: readonly StripRow[], title: string, { zero = false, width = 460 } = {}) {
  const intervals = rows.flatMap(({ low, high }) => (low === null || high === null ? [] : [{ low, high }]));
  const all = [...rows.flatMap(({ values, mean }) => [...values, mean]), ...(zero ? [0] : [])];
  const range = rangeWithIntervals(all, intervals, 1);
  const height = rows.length * rowHeight + 40;
  const x = { type: 'quantitative', scale: { domain: range, zero: false, nice: false }, title };
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: { domain: [rows.length, 0], nice: false },
    axis: null,
  };
  const dots = rows.flatMap(({ values, color, shape }, index) =>
    values.map((value) => ({ y: index + 0.56, value, color, shape })),
  );
  const means = rows.map(({ mean, low, high }, index) => ({
    y: index + 0.82,
    mean,
    low: clamp(low ?? mean, range),
    high: clamp(high ?? mean, range),
  }));
  const cuts = rows.flatMap(({ low, high }, index) => [
    ...(low !== null && low < range[0] ? [{ y: index + 0.82, value: range[0], shape: 'triangle-left' }] : []),
    ...(high !== null && high > range[1]
      ? [{ y: index + 0.82, value: range[1], shape: 'triangle-right' }]
      : []),
  ]);
  const labels = rows.map(({ label }, index) => ({ y: index + 0.22, label, value: range[0] }));
  const separators = rows.slice(1).map((_, index) => ({ y: index + 1 }));
  return {
    width,
    height,
    layer: [
      { data: { values: separators }, mark: { type: 'rule', color: rule }, encoding: { y } },
      ...(zero
        ? [
            {
              data: { values: rows.map((_, index) => ({ value: 0, from: index + 0.42, y: index + 1 })) },
              mark: { type: 'rule', color: muted, strokeWidth: 1 },
              encoding: { x: { ...x, field: 'value' }, y, y2: { field: 'from' } },
            },
          ]
        : []),
      {
        data: { values: labels },
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          fontSize: 12,
          color: ink,
          limit: width - 20,
        },
        encoding: { y, x: { ...x, field: 'value' }, text: { field: 'label', type: 'nominal' } },
      },
      {
        data: { values: means },
        mark: { type: 'rule', color: ink, strokeWidth: 1.25 },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      {
        data: { values: means },
        mark: { type: 'tick', color: ink, thickness: 2, size: 11, orient: 'vertical' },
        encoding: { y, x: { ...x, field: 'mean' } },
      },
      ...(cuts.length === 0
        ? []
        : [
            {
              data: { values: cuts },
              mark: { type: 'point', filled: true, color: ink, opacity: 1, size: 30 },
              encoding: {
                y,
                x: { ...x, field: 'value' },
                shape: { field: 'shape', type: 'nominal', scale: null, legend: null },
              },
            },
          ]),
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 46, opacity: 0.75 },
        encoding: {
          y,
          x: { ...x, field: 'value' },
          color: { field: 'color', type: 'nominal', scale: null, legend: null },
          shape: { field: 'shape', type: 'nominal', scale: null, legend: null },
        },
      },
    ],
  };
}

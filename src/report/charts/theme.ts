/** Colours, dashes and shapes of the charts: Okabe and Ito's colour-blind-safe palette, doubled by dash and shape. */

/**
 * Colours are names of CSS variables, so that one drawing serves light, dark and print; a figure that stands alone gets
 * their light values (`figureColors`).
 */
export const ink = 'var(--ink)';
export const muted = 'var(--muted)';
export const rule = 'var(--rule)';

/** Colours of the arms in their order. */
export const seriesColors = [1, 2, 3, 4, 5, 6].map((index) => `var(--series-${index})`);

/** Dashes of a chart's lines in their order; all are distinct. */
export const seriesDashes: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [14, 4],
  [2, 5],
  [10, 3, 2, 3, 2, 3],
];

/** Shapes of a chart's marks in their order. */
export const seriesShapes: readonly string[] = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
];

/**
 * The values of the variables on white paper (Okabe and Ito, https://jfly.uni-koeln.de/color/; their purple and orange
 * darkened until they stand out from white at 3 to 1).
 */
export const figureColors: Readonly<Record<string, string>> = {
  '--ink': '#1a1a1a',
  '--muted': '#5c5c5c',
  '--rule': '#d9d9d9',
  '--series-1': '#0072b2',
  '--series-2': '#d55e00',
  '--series-3': '#009e73',
  '--series-4': '#b8578b',
  '--series-5': '#1a1a1a',
  '--series-6': '#b57700',
};

export const chartFont = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Settings that all charts share. */
export const chartConfig = {
  // The page describes its charts in words and tables; a label on every mark would say less in ten times the bytes.
  aria: false,
  background: null,
  font: chartFont,
  padding: { left: 2, right: 8, top: 6, bottom: 2 },
  autosize: { type: 'fit', contains: 'padding' },
  view: { stroke: null },
  axis: {
    domainColor: rule,
    gridColor: rule,
    gridOpacity: 0.6,
    tickColor: rule,
    tickSize: 4,
    labelColor: muted,
    labelFontSize: 11,
    labelPadding: 4,
    titleColor: muted,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 6,
  },
  axisX: { grid: false, tickCount: 5, labelFlush: true },
  axisY: { domain: false, ticks: false, tickCount: 5 },
} as const;

/** Colours, dashes and shapes of the charts: Okabe and Ito's colour-blind-safe palette, doubled by dash and shape. */

/**
 * Colours are names of CSS variables, so that one drawing serves light, dark and print; a figure that stands alone gets
 * their light values (`figureColors`).
 */
export const ink = 'var(--ink)';
export const muted = 'var(--muted)';
export const rule = 'var(--rule)';
export const surface = 'var(--surface)';

/** Series colours, in the order of the arms. */
export const seriesColors = [1, 2, 3, 4, 5, 6].map((index) => `var(--series-${index})`);

/** Dashes, in the order of the arms; the cycle is of another length than the colours' so that pairs stay distinct. */
export const seriesDashes: number[][] = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [4, 2],
  [12, 4],
  [2, 4],
];

export const seriesShapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'stroke',
];

/** The values of the variables on white paper (Okabe and Ito, https://jfly.uni-koeln.de/color/). */
export const figureColors: Record<string, string> = {
  '--ink': '#1a1a1a',
  '--muted': '#5c5c5c',
  '--rule': '#d9d9d9',
  '--surface': '#ffffff',
  '--series-1': '#0072b2',
  '--series-2': '#d55e00',
  '--series-3': '#009e73',
  '--series-4': '#cc79a7',
  '--series-5': '#1a1a1a',
  '--series-6': '#e69f00',
};

const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Settings that all charts share. */
export const chartConfig = {
  background: null,
  font,
  padding: 4,
  view: { stroke: null },
  axis: {
    domainColor: rule,
    gridColor: rule,
    gridOpacity: 0.7,
    tickColor: rule,
    tickSize: 4,
    labelColor: muted,
    labelFontSize: 11,
    labelPadding: 4,
    titleColor: ink,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
  },
  axisX: { grid: false },
  axisY: {
    domain: false,
    ticks: false,
    titleAngle: 0,
    titleAlign: 'left',
    titleAnchor: 'end',
    titleX: 0,
    titleY: -10,
  },
  legend: {
    orient: 'top',
    title: null,
    labelColor: ink,
    labelFontSize: 12,
    labelLimit: 260,
    symbolStrokeWidth: 2,
    symbolSize: 120,
    columnPadding: 18,
    offset: 14,
  },
} as const;

/** A figure of the report: one or several panels with one legend, a description, and its data as a table. */
import { draw } from './draw.js';
import { mostSeries, type Series } from './series.js';
import { chartFont, figureColors } from './theme.js';

/** One drawing. */
export interface Panel {
  /** Unique in the report; part of the figure's file name. */
  name: string;
  title: string;
  svg: string;
}

export interface Figure {
  name: string;
  title: string;
  /** What is drawn, for those who see it and those who do not. */
  description: string;
  legend: readonly Series[];
  /** Whether the legend's entries are lines or single marks. */
  legendMark: 'line' | 'mark';
  /** How many panels stand side by side where there is room. */
  across: 1 | 2 | 3;
  panels: readonly Panel[];
  table: DataTable;
}

/** The numbers that a figure draws. The first `texts` columns hold text. */
export interface DataTable {
  head: readonly string[];
  texts: number;
  rows: readonly (readonly string[])[];
  note: string | null;
}

/** Size of a panel in pixels, by how many stand side by side. */
export const panelSize = {
  3: { width: 310, height: 200 },
  2: { width: 460, height: 240 },
  1: { width: 460, height: 240 },
} as const;

/** Draws one panel. */
export async function panel(name: string, title: string, spec: Record<string, unknown>): Promise<Panel> {
  return { name, title, svg: await draw(spec) };
}

/** Splits series into as few charts as hold `mostSeries` each; `fixed` ones, such as the baseline, stand in all. */
export function split<Item>(items: readonly Item[], fixed: (item: Item) => boolean): Item[][] {
  if (items.length <= mostSeries) return [[...items]];
  const always = items.filter(fixed).slice(0, mostSeries - 1);
  const others = items.filter((item) => !always.includes(item));
  const room = mostSeries - always.length;
  const charts: Item[][] = [];
  for (let start = 0; start < others.length; start += room) {
    charts.push([...always, ...others.slice(start, start + room)]);
  }
  return charts;
}

/** A panel as a file of its own: title, legend, colours as on white paper, text for programs that read aloud. */
export function standalone(
  { title, description, legend, legendMark }: Figure,
  { svg, title: panelTitle }: Panel,
): string {
  const size = /width="([\d.]+)" height="([\d.]+)"/.exec(svg);
  const width = Number(size?.[1] ?? 0);
  const height = Number(size?.[2] ?? 0);
  const top = 26 + 16 * legend.length;
  const heading = panelTitle === '' || panelTitle === title ? title : `${title}: ${panelTitle}`;
  const entries = legend.map(({ label, color, dash, shape }, index) => {
    const y = 34 + 16 * index;
    const mark =
      legendMark === 'line'
        ? `<line x1="8" x2="36" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2" stroke-dasharray="${dash.join(',')}"/>`
        : `<path transform="translate(22,${y})" d="${shapePath(shape)}" fill="${color}"/>`;
    return `${mark}<text x="44" y="${y + 4}">${escapeXml(label)}</text>`;
  });
  const inner = svg.replace(/^<svg aria-hidden="true" /, `<svg y="${top}" `);
  const whole =
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height + top}" viewBox="0 0 ${width} ${height + top}">` +
    `<title>${escapeXml(heading)}</title><desc>${escapeXml(description)}</desc>` +
    `<rect width="100%" height="100%" fill="#ffffff"/>` +
    `<g font-family="${escapeXml(chartFont)}" font-size="11"><g fill="var(--ink)"><text x="8" y="18" font-size="13" font-weight="600">${escapeXml(heading)}</text>${entries.join('')}</g>${inner}</g></svg>\n`;
  return whole.replace(/var\((--[a-z0-9-]+)\)/g, (found, name) => figureColors[name] ?? found);
}

/** Outlines of the marks within ±4.5 pixels, as Vega draws them. */
export function shapePath(shape: string): string {
  switch (shape) {
    case 'square':
      return 'M-4,-4h8v8h-8Z';
    case 'triangle-up':
      return 'M0,-4.5L4.5,3.5H-4.5Z';
    case 'triangle-down':
      return 'M0,4.5L4.5,-3.5H-4.5Z';
    case 'triangle-right':
      return 'M4.5,0L-3.5,4.5V-4.5Z';
    case 'diamond':
      return 'M0,-5L4,0L0,5L-4,0Z';
    case 'cross':
      return 'M-4.5,-1.5h3v-3h3v3h3v3h-3v3h-3v-3h-3Z';
    default:
      return 'M4,0A4,4,0,1,1,-4,0A4,4,0,1,1,4,0Z';
  }
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

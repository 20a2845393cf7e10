/** Draws a Vega-Lite specification as SVG text, without a browser and without a canvas. */
import { parse, resetSVGDefIds, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { chartConfig, figureColors } from './theme.js';

/** A drawn chart: its SVG with CSS variables for colours, and what it shows in words. */
export interface Chart {
  /** Unique in the page; also the name of the figure's file. */
  name: string;
  title: string;
  description: string;
  svg: string;
  /** The data of the chart as a table, first row the heads. */
  table: string[][];
}

/** Draws `spec`. The same specification gives the same bytes; coordinates are rounded to hundredths of a pixel. */
export async function draw(spec: Record<string, unknown>): Promise<string> {
  const { config, ...rest } = spec;
  const whole = { ...rest, config: { ...chartConfig, ...(config as object | undefined) } };
  // Vega numbers its clip paths through the whole process: start anew, so that order does not matter.
  resetSVGDefIds();
  const compiled = compile(whole as unknown as TopLevelSpec, { logger: silent() }).spec;
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    return trim(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** The SVG as a file of its own: colours as on white paper, and a title and a description for readers' programs. */
export function standalone(svg: string): string {
  return `${svg.replace(/var\((--[a-z0-9-]+)\)/g, (whole, name) => figureColors[name] ?? whole)}\n`;
}

// Vega writes coordinates with up to 17 digits; hundredths of a pixel cannot be seen and halve the size. Only the
// attributes of geometry are touched: a label may well read 0.0005.
function trim(svg: string): string {
  return svg
    .replace(/ (?:d|transform|x|y|x1|x2|y1|y2|width|height|viewBox)="[^"]*"/g, (attribute) =>
      attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) =>
        String(Math.round(Number(number) * 100) / 100),
      ),
    )
    .replace(
      / aria-hidden="true"| pointer-events="none"| opacity="1"| class="(?:background|foreground)"/g,
      '',
    )
    .replace(/<path d="M0,0h0v0h0Z"\/>|<path d="" display="none"\/>/g, '');
}

// A warning of Vega-Lite's is for the author of a specification, not for the reader of a report.
function silent() {
  const logger = {
    level: () => logger,
    error: (...messages: unknown[]) => {
      throw new Error(`chart: ${messages.join(' ')}`);
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger as never;
}

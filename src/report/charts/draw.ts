/** Draws a Vega-Lite specification as SVG text, without a browser and without a canvas. */
import { parse, resetSVGDefIds, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { chartConfig } from './theme.js';

/** Draws `spec`. The same specification gives the same bytes; coordinates are rounded to tenths of a pixel.
 * The font is left to where the drawing stands. */
export async function draw(spec: Record<string, unknown>): Promise<string> {
  // Vega numbers its clip paths through the whole process: start anew, so that order does not matter.
  resetSVGDefIds();
  const whole = { ...spec, config: chartConfig } as unknown as TopLevelSpec;
  const view = new View(parse(compile(whole, { logger: quiet() }).spec), { renderer: 'none' });
  try {
    return trim(await view.toSVG());
  } finally {
    view.finalize();
  }
}

// Vega writes coordinates with up to 17 digits; tenths of a pixel cannot be seen and halve the size. Only the
// attributes of geometry are touched: a label may well read 0.0005.
function trim(svg: string): string {
  return (
    svg
      .replace(/ (?:d|transform|x|y|x1|x2|y1|y2|width|height|viewBox)="[^"]*"/g, (attribute) =>
        attribute.replace(/-?\d+\.\d{2,}(?:e-?\d+)?/g, (number) =>
          String(Math.round(Number(number) * 10) / 10),
        ),
      )
      .replace(/ class="[^"]*"/g, '')
      .replace(/ (?:aria-hidden|role|aria-roledescription|pointer-events|xmlns:xlink|version)="[^"]*"/g, '')
      .replace(/ (?:opacity="1"|fill-opacity="1"|stroke-dasharray="")/g, '')
      .replace(/ font-family="[^"]*"| font-weight="normal"/g, '')
      // Outlines without a colour, of groups that have none.
      .replace(/<path d="[^"]*"(?: display="none")?\/>/g, '')
      .replace(/^<svg /, '<svg aria-hidden="true" ')
  );
}

// A warning of Vega-Lite's is for the author of a specification, not for the reader of a report.
function quiet() {
  const logger = {
    level: () => logger,
    error: (...messages: readonly unknown[]) => {
      throw new Error(`chart: ${messages.join(' ')}`);
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger as never;
}

/** Chooses how progress is shown: bars on a terminal, lines elsewhere, nothing when quiet. */
import { barView } from './bars.js';
import { lineView, type ProgressView, type ViewOptions } from './lines.js';

/** A view that shows the grid on `stream`, which is standard error unless in tests. */
export function progressView(
  stream: NodeJS.WriteStream,
  options: ViewOptions & { quiet: boolean },
): ProgressView {
  if (options.quiet) return quietView;
  if (stream.isTTY && process.env.CI === undefined && process.env.TERM !== 'dumb') {
    return barView(stream, options);
  }
  return lineView((line) => stream.write(`${line}\n`), options);
}

const quietView: ProgressView = {
  started() {},
  progressed() {},
  ended() {},
  line() {},
  close() {},
};

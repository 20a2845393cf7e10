/** Progress as live bars on a terminal: one for the grid with the time left, one for each cell that is training. */
import { MultiBar, type SingleBar } from 'cli-progress';
import { createEstimate, formatDuration, fractionDone } from './estimate.js';
import { describeProgress, describeResult, type ProgressView, type ViewOptions } from './lines.js';

const barFormat = '{name} {bar} {percentage} % {note}';

/** A view that draws bars on the terminal `stream`, usually standard error. */
export function barView(stream: NodeJS.WriteStream, options: ViewOptions): ProgressView {
  const { cells, verbose } = options;
  const estimate = createEstimate(cells, options.now);
  const width = Math.max(4, ...cells.map((cell) => cell.id.length));
  const multi = new MultiBar({
    stream,
    format: barFormat,
    barsize: 20,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    fps: 5,
    // Signals are the command's business.
    gracefulExit: false,
  });
  const total = multi.create(cells.length, 0, { name: 'grid'.padEnd(width), note: '' });
  const bars = new Map<string, SingleBar>();
  let ended = 0;
  const refresh = () => {
    const left = estimate.secondsLeft();
    const rest = left === null || ended === cells.length ? '' : `, about ${formatDuration(left)} left`;
    total.update(ended, { note: `${ended} of ${cells.length} cells${rest}` });
  };
  const clock = setInterval(refresh, 1000);
  clock.unref();
  refresh();
  return {
    started(cell) {
      bars.set(cell.id, multi.create(100, 0, { name: cell.id.padEnd(width), note: 'starting' }));
    },
    progressed(cell, progress) {
      const fraction = fractionDone(progress);
      estimate.progressed(cell, fraction);
      bars.get(cell.id)?.update(Math.round(100 * fraction), { note: describeProgress(progress) });
    },
    ended(cell, result) {
      const bar = bars.get(cell.id);
      if (bar) multi.remove(bar);
      bars.delete(cell.id);
      estimate.ended(cell, result?.status === 'finished');
      if (result) ended++;
      if (result && result.status !== 'finished') multi.log(`${cell.id}: ${describeResult(result)}\n`);
      refresh();
    },
    line(cell, line) {
      if (verbose) multi.log(`${cell.id} | ${line}\n`);
    },
    close() {
      clearInterval(clock);
      multi.stop();
    },
  };
}

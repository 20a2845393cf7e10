/** Progress as plain lines, for pipes and logs: one for each cell that ended, and one every half minute in between. */
import type { CellResult } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import { createEstimate, formatDuration, fractionDone } from './estimate.js';
import type { GridView } from './grid.js';
import type { Progress } from './messages.js';

export interface ViewOptions {
  cells: readonly Cell[];
  /** Show every line that a training process writes. */
  verbose: boolean;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

/** A view of a grid that must be closed when the grid has ended. */
export interface ProgressView extends GridView {
  close(): void;
}

const pulseMilliseconds = 30_000;

/** A view that writes lines with `write`. */
export function lineView(write: (line: string) => void, options: ViewOptions): ProgressView {
  const { cells, verbose, now = () => performance.now() } = options;
  const estimate = createEstimate(cells, now);
  const running = new Map<string, Progress | null>();
  const started = new Map<string, number>();
  let ended = 0;
  let lastLine = now();
  const say = (line: string) => {
    lastLine = now();
    write(line);
  };
  const pulse = setInterval(() => {
    if (now() - lastLine < pulseMilliseconds || running.size === 0) return;
    say(
      `running: ${[...running].map(([id, at]) => `${id} ${at ? describeProgress(at) : 'starting'}`).join('; ')}`,
    );
  }, 1000);
  pulse.unref();
  return {
    started(cell) {
      running.set(cell.id, null);
      started.set(cell.id, now());
    },
    progressed(cell, progress) {
      running.set(cell.id, progress);
      estimate.progressed(cell, fractionDone(progress));
    },
    ended(cell, result) {
      running.delete(cell.id);
      estimate.ended(cell, result?.status === 'finished');
      if (result === null) return say(`${cell.id}: interrupted`);
      ended++;
      const seconds = (now() - (started.get(cell.id) ?? now())) / 1000;
      const left = ended < cells.length ? estimate.secondsLeft() : null;
      const rest = left === null ? '' : `; about ${formatDuration(left)} left`;
      say(
        `[${ended}/${cells.length}] ${cell.id}: ${describeResult(result)}, ${formatDuration(seconds)}${rest}`,
      );
    },
    line(cell, line) {
      if (verbose) write(`${cell.id} | ${line}`);
    },
    close: () => clearInterval(pulse),
  };
}

/** A result in a few words: `test accuracy 83.1 %`, or why there is none. */
export function describeResult(result: CellResult): string {
  if (result.final) return `test accuracy ${(100 * result.final.test.accuracy).toFixed(1)} %`;
  return `${result.status} (${result.error?.message.split('\n')[0] ?? 'no reason given'})`;
}

/** `epoch 3/10, loss 1.234, validation accuracy 45.6 %`. */
export function describeProgress({ epoch, epochs, trainLoss, valAccuracy }: Progress): string {
  const loss = trainLoss === null ? '' : `, loss ${trainLoss.toFixed(3)}`;
  const accuracy = valAccuracy === null ? '' : `, validation accuracy ${(100 * valAccuracy).toFixed(1)} %`;
  return `epoch ${epoch}/${epochs}${loss}${accuracy}`;
}

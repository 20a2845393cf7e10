/** How much of a grid is done and how long the rest will take, measured in the floating-point operations of its cells. */
import type { Cell } from '../suite/cell.js';
import type { Progress } from './messages.js';

export interface Estimate {
  /** `fraction` of the cell's steps are done. */
  progressed(cell: Cell, fraction: number): void;
  /** The cell needs nothing more, finished or not. */
  ended(cell: Cell, finished: boolean): void;
  /** Seconds until all cells have ended at the rate so far; null until something is done. */
  secondsLeft(): number | null;
}

/** An estimate for `cells`, none of them begun. `now` gives milliseconds. */
export function createEstimate(
  cells: readonly Cell[],
  now: () => number = () => performance.now(),
): Estimate {
  const start = now();
  let left = cells.reduce((sum, cell) => sum + units(cell), 0);
  let done = 0;
  const running = new Map<string, number>();
  return {
    progressed(cell, fraction) {
      running.set(cell.id, Math.max(running.get(cell.id) ?? 0, Math.min(1, fraction) * units(cell)));
    },
    ended(cell, finished) {
      done += finished ? units(cell) : (running.get(cell.id) ?? 0);
      left -= units(cell);
      running.delete(cell.id);
    },
    secondsLeft() {
      const partial = [...running.values()].reduce((sum, value) => sum + value, 0);
      const elapsed = (now() - start) / 1000;
      return done + partial > 0 ? ((left - partial) * elapsed) / (done + partial) : null;
    },
  };
}

/** The part of a cell's steps that are done, 0 to 1; `step` and `steps` count within the epoch. */
export function fractionDone({ epoch, epochs, step, steps }: Progress): number {
  return (epoch - 1 + step / Math.max(1, steps)) / Math.max(1, epochs);
}

function units({ budget }: Cell): number {
  return budget.flops > 0 ? budget.flops : Math.max(1, budget.gradientEvaluations);
}

/** A duration as people say it: `45 s`, `3 min 10 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

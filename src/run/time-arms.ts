/** The timing phase: step times of all arms in one process, with nothing else running. */
import { SambenchError } from '../errors.js';
import type { TimingResult } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import { describeExit } from './failed-result.js';
import { type Launch, launcher } from './launch.js';
import type { ChildMessage } from './messages.js';
import { environmentError } from './run-cell.js';
import { onStop, type StopSignals } from './stop.js';

export interface TimingSettings {
  rounds: number;
  steps: number;
  warmup: number;
}

/** One cell for each arm, in the order of the grid: that of the largest budget, with the first seed. */
export function representatives(cells: readonly Cell[]): Cell[] {
  const best = new Map<string, Cell>();
  for (const cell of cells) {
    const other = best.get(cell.arm);
    if (!other || cell.budget.gradientEvaluations > other.budget.gradientEvaluations)
      best.set(cell.arm, cell);
  }
  return [...best.values()];
}

/** Whether `timing` lacks an arm, or was made with other cells or other settings. */
export function isTimingStale(
  timing: TimingResult | null,
  cells: readonly Cell[],
  { rounds, steps, warmup }: TimingSettings,
): boolean {
  if (timing === null) return true;
  if (timing.rounds !== rounds || timing.steps !== steps || timing.warmup !== warmup) return true;
  return cells.some((cell) => !timing.arms.some((arm) => arm.arm === cell.arm && arm.cell === cell.id));
}

/** The step times of the arms and the peak resident memory of the process that measured them. */
export interface MeasuredArms {
  timing: TimingResult;
  peakRssBytes: number;
}

/**
 * Measures the step times of `cells` in a child process; null when it was interrupted. Where `ready` is given, the child
 * begins its timed steps only when what it returns, once the child has warmed up, has resolved.
 * @throws SambenchError `engine-failed` when the process dies.
 */
export async function timeArms(
  suite: string,
  cells: Cell[],
  timing: TimingSettings,
  stop: StopSignals,
  onLine: (line: string) => void = () => {},
  launch: Launch = launcher(),
  ready: (() => Promise<void>) | null = null,
): Promise<MeasuredArms | null> {
  let answer: ChildMessage | null = null;
  const child = launch({
    onMessage: (message) => {
      if (message.type === 'ready') void ready?.().then(() => child.send({ type: 'go' }));
      else if (message.type !== 'progress') answer ??= message;
    },
    onLine,
  });
  child.send({ type: 'time', suite, cells, timing, wait: ready !== null });
  // A timing has no checkpoint worth keeping: the first wish to stop ends it.
  const release = onStop(stop.soon, () => child.kill());
  const exit = await child.ended;
  release();
  const message = answer as ChildMessage | null;
  if (message?.type === 'timed') return { timing: message.timing, peakRssBytes: message.peakRssBytes };
  if (stop.soon.aborted) return null;
  if (message?.type === 'error') throw environmentError(message);
  throw new SambenchError('engine-failed', {
    problem: `the step timing failed: ${describeExit(exit).replace(/\.$/, '')}`,
    fix: 'Run the same command again; finished cells are kept.',
  });
}

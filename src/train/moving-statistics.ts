/** Follows the moving statistics from step to step: each must leave them where one move takes them, or where they were. */
import type { HostTensor } from '../engine/program.js';
import { tolerances } from '../results/tolerances.js';
import type { StepReport } from './run-step.js';
import type { TrainingStep } from './step.js';
import { violated } from './violation.js';

/** What is known of the statistics between two steps. */
export interface StatisticsWatch {
  /**
   * Tells of a step that ran. What the step before left is compared now, as a step tells what it found.
   * @throws SambenchError `invariant-violated` where that is not one move away from what the step before found.
   */
  ran(report: Pick<StepReport, 'statistics' | 'statisticsFound'>): void;
  /** Tells of the statistics as they are now, which the last step must have left; throws as `ran` does. */
  are(statistics: HostTensor | undefined): void;
}

/** A watch over the steps of one process; nothing is known before its first. */
export function watchStatistics(
  step: Pick<TrainingStep, 'movesStatistics' | 'statisticsMomentum'>,
): StatisticsWatch {
  let last: { found: Float32Array; batch: Float32Array | null } | null = null;
  const compare = (now: Float32Array) => {
    if (last) demandOneMove(step, last.found, last.batch, now);
  };
  return {
    ran({ statistics, statisticsFound }) {
      if (!statisticsFound) return;
      compare(statisticsFound);
      last = { found: statisticsFound, batch: statistics };
    },
    are(statistics) {
      if (statistics) compare(Float32Array.from(statistics.values));
      last = null;
    },
  };
}

/** Throws unless `after` is where one move by `batch` takes `before`, or where no move is due, `before` itself to the bit. */
function demandOneMove(
  { movesStatistics, statisticsMomentum }: Pick<TrainingStep, 'movesStatistics' | 'statisticsMomentum'>,
  before: Float32Array,
  batch: Float32Array | null,
  after: Float32Array,
): void {
  const moved = movesStatistics ? (batch ?? new Float32Array(0)) : null;
  const offset = largestOffset(before, moved, after, statisticsMomentum);
  // Written so that what is not a number violates, too.
  if (offset <= (movesStatistics ? tolerances.movingStatistics : 0)) return;
  violated(`the moving statistics should move ${movesStatistics ? 'once' : 'never'} a step`, {
    offBy: offset,
  });
}

/** Largest distance of a statistic from where one move takes it, relative above 1; `batch` null is no move at all. */
function largestOffset(
  before: Float32Array,
  batch: Float32Array | null,
  after: Float32Array,
  momentum: number,
): number {
  let largest = 0;
  // Thousands of values at every step: no function and no pair for each.
  for (let at = 0; at < before.length; at++) {
    const value = before[at] as number;
    const exact = batch ? momentum * value + (1 - momentum) * (batch[at] ?? Number.NaN) : value;
    const expected = Math.fround(exact);
    const found = after[at] ?? Number.NaN;
    // What overflows shows as a divergence in a later loss.
    if (found === expected) continue;
    const offset = Math.abs(found - expected) / Math.max(1, Math.abs(expected));
    if (!(offset <= largest)) largest = offset;
  }
  return largest;
}

/** Whether a time or a peak of memory grew: a ratio of medians with a bootstrap interval against a limit. */
import { bootstrapIntervals } from '../stats/bootstrap.js';
import { median } from '../stats/describe.js';

export interface RatioFinding {
  finding: 'regression' | 'within limit' | 'inconclusive';
  /** Median now over median before. */
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

/**
 * Compares positive values `now` with those `before`, in the same unit; the unit of resampling is the place in both lists
 * (a round of step times, a seed), as many as both have. A `regression` needs the whole interval beyond `limit`;
 * `within limit` needs it whole below. Null where a list is empty.
 */
export function judgeRatio(
  now: readonly number[],
  before: readonly number[],
  { limit, alpha }: { limit: number; alpha: number },
): RatioFinding | null {
  const n = Math.min(now.length, before.length);
  if (n === 0) return null;
  const [ours, theirs] = [now.slice(0, n), before.slice(0, n)];
  const repeated = (values: readonly number[], counts: ArrayLike<number>) =>
    median(values.flatMap((value, unit) => Array<number>(counts[unit] ?? 0).fill(value)));
  const ratio = (counts: ArrayLike<number>) => repeated(ours, counts) / repeated(theirs, counts);
  const value = median(ours) / median(theirs);
  const [bootstrap] = bootstrapIntervals(n, [ratio], { confidence: 1 - alpha, resamples: 1_999 });
  const interval = bootstrap ?? (n < 2 ? null : rangeOf(ours, theirs));
  const low = interval?.low ?? null;
  const high = interval?.high ?? null;
  const finding =
    low !== null && low > limit
      ? 'regression'
      : high !== null && high <= limit
        ? 'within limit'
        : 'inconclusive';
  return { finding, value, low, high, n };
}

// The bootstrap is undefined where leaving one value out changes nothing; all that was seen bounds the ratio instead.
function rangeOf(now: readonly number[], before: readonly number[]): { low: number; high: number } {
  return { low: Math.min(...now) / Math.max(...before), high: Math.max(...now) / Math.min(...before) };
}

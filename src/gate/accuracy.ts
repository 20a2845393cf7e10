/** Whether test accuracy fell: the paired difference to the baseline, setting by setting. */
import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { holm } from '../stats/holm.js';
import { detectableEffect } from '../stats/power.js';
import { smallestP } from '../stats/sign-flip.js';
import { type MeanInterval, tInterval } from '../stats/t-interval.js';

/** Paired accuracies of one setting, as fractions: this run's and the baseline's, in the same order of seeds. */
export interface AccuracyPairs {
  now: readonly number[];
  before: readonly number[];
}

export interface AccuracyFinding {
  finding: 'regression' | 'equivalent' | 'improved' | 'inconclusive';
  /** Difference now − before in percentage points, with the interval at 1 − alpha; null without pairs. */
  difference: MeanInterval | null;
  /** Two-sided p of the paired t test, after Holm's correction over all settings. */
  p: number;
  reason: string;
}

export interface AccuracyRule {
  /** Loss in percentage points that does not matter. */
  margin: number;
  alpha: number;
}

/**
 * Judges the settings as one family. A `regression` needs all three: a mean loss beyond the margin; an interval at
 * 1 − alpha, corrected by Holm over the settings, that excludes zero; and enough seeds that a test without any
 * supposition about the distribution could have reached alpha too (6 at 0.05). `equivalent`: the interval at 1 − alpha
 * lies inside the margin (or all pairs are equal); `improved`: the corrected interval lies above zero. Else
 * `inconclusive`.
 */
export function judgeAccuracy(settings: readonly AccuracyPairs[], rule: AccuracyRule): AccuracyFinding[] {
  const { alpha } = rule;
  const differences = settings.map(differencesOf);
  const intervals = differences.map((values) => tInterval(values, 1 - alpha));
  const corrected = holm(intervals.map(pValue));
  return intervals.map((difference, index) => {
    const p = corrected[index] ?? 1;
    const equal = differences[index]?.every((value) => value === 0) === true;
    return { difference, p, ...find(difference, p, equal, rule) };
  });
}

/** Seeds that a gate at `alpha` needs before it can call a regression: the fewest that an exact test could use. */
export function seedsNeeded(alpha: number): number {
  let n = 2;
  while (smallestP(n) > alpha) n += 1;
  return n;
}

function find(
  difference: MeanInterval | null,
  p: number,
  equal: boolean,
  { margin, alpha }: AccuracyRule,
): Pick<AccuracyFinding, 'finding' | 'reason'> {
  if (difference === null) return { finding: 'inconclusive', reason: 'There is no pair of finished cells.' };
  const { n, mean, sd, low, high } = difference;
  const limit = `the margin of ${points(margin)} points`;
  if (equal) return { finding: 'equivalent', reason: `Accuracy is equal on all ${n} seeds.` };
  const needed = seedsNeeded(alpha);
  const certain = n >= needed && p <= alpha;
  if (certain && mean < -margin) {
    return {
      finding: 'regression',
      reason: `Accuracy fell by ${points(-mean)} points on ${n} seeds, beyond ${limit} and beyond chance.`,
    };
  }
  if (low !== null && high !== null && low > -margin && high < margin) {
    return { finding: 'equivalent', reason: `The interval lies inside ${limit}.` };
  }
  if (certain && mean > 0) {
    return { finding: 'improved', reason: `Accuracy rose by ${points(mean)} points on ${n} seeds.` };
  }
  if (n < needed) {
    return {
      finding: 'inconclusive',
      reason: `${n} seeds cannot tell: at alpha ${alpha} a regression needs at least ${needed}.`,
    };
  }
  const effect = detectableEffect(n, 0.8, alpha);
  const seen = sd === null || effect === null ? '' : ` ${n} such seeds find ${points(effect * sd)} points.`;
  return { finding: 'inconclusive', reason: `The interval reaches beyond ${limit}.${seen}` };
}

// Accuracies are multiples of 1 / images; rounding makes differences equal that are.
function differencesOf({ now, before }: AccuracyPairs): number[] {
  if (now.length !== before.length) throw new RangeError('pairs need equal lengths');
  return now.map((value, index) => Number(((value - (before[index] ?? Number.NaN)) * 100).toFixed(10)));
}

function pValue(difference: MeanInterval | null): number {
  if (difference === null || difference.sd === null) return 1;
  const { n, mean, sd } = difference;
  if (sd === 0) return mean === 0 ? 1 : 0;
  return Math.min(1, 2 * tCdf(-Math.abs(mean / (sd / Math.sqrt(n))), n - 1));
}

function points(value: number): string {
  return value.toFixed(2);
}

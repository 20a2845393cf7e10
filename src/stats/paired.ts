/** Two arms compared seed by seed: equal seeds share initial weights, split and order, so their difference is cleaner. */
import { type Bounds, bootstrapIntervals } from './bootstrap.js';
import { mean, median } from './describe.js';
import { detectableEffect } from './power.js';
import { interquartileMean, probabilityAbove } from './robust.js';
import { type SignFlip, signFlipTest } from './sign-flip.js';
import { type MeanInterval, tInterval } from './t-interval.js';
import { type SignedRank, signedRankTest } from './wilcoxon.js';

/** A point with its interval; the interval is null where it is undefined. */
export interface Estimate {
  value: number;
  interval: Bounds | null;
}

/** What n pairs say about A − B. All tests are two-sided; all intervals are 95 %. */
export interface PairedComparison {
  n: number;
  /** Mean of A − B over pairs with its t interval. */
  difference: MeanInterval;
  /** Exact sign-flip permutation test. */
  signFlip: SignFlip;
  /** Wilcoxon's signed-rank test. */
  signedRank: SignedRank;
  /** Cohen's d of the paired difference: mean / SD. Null for n < 2 or differences that are all equal. */
  cohensD: number | null;
  /** Smallest true difference that a t test of n such pairs finds with 80 % power, in the unit of the values. */
  detectable: number | null;
  /** BCa intervals; null when no resamples were asked for. */
  bootstrap: {
    mean: Estimate;
    median: Estimate;
    /** Null for fewer than four pairs. */
    interquartileMean: Estimate | null;
    /** P(A > B) over all pairs of seeds, equal ones half. */
    probabilityAbove: Estimate;
  } | null;
}

/**
 * Compares `a` and `b`, values of the same units in the same order. `seed` draws the resamples; with `resamples` 0 the
 * bootstrap, which takes most of the time, is left out. Null for no pairs.
 */
export function comparePairs(
  a: readonly number[],
  b: readonly number[],
  { seed = 1, resamples = 9_999 } = {},
): PairedComparison | null {
  if (a.length !== b.length)
    throw new RangeError(`pairs need equal lengths, got ${a.length} and ${b.length}`);
  // Differences of accuracies are multiples of 1 / images; rounding to 13 digits makes equal ones equal.
  const differences = a.map((value, index) => Number((value - (b[index] ?? Number.NaN)).toFixed(13)));
  const difference = tInterval(differences);
  const signFlip = signFlipTest(differences, seed);
  const signedRank = signedRankTest(differences);
  if (!difference || !signFlip || !signedRank) return null;
  const { n, sd } = difference;
  const effect = detectableEffect(n);
  return {
    n,
    difference,
    signFlip,
    signedRank,
    cohensD: sd === null || sd === 0 ? null : difference.mean / sd,
    detectable: sd === null || effect === null ? null : effect * sd,
    bootstrap: resamples === 0 ? null : resample(a, b, differences, { seed, resamples }),
  };
}

function resample(
  a: readonly number[],
  b: readonly number[],
  differences: readonly number[],
  options: { seed: number; resamples: number },
): PairedComparison['bootstrap'] {
  const n = differences.length;
  const center = (places: readonly number[]) => mean(pick(differences, places));
  const middle = (places: readonly number[]) => median(pick(differences, places));
  const quartiles = (places: readonly number[]) => interquartileMean(pick(differences, places)) ?? Number.NaN;
  const above = (places: readonly number[]) =>
    probabilityAbove(pick(a, places), pick(b, places)) ?? Number.NaN;
  const statistics = [center, middle, above, ...(n < 4 ? [] : [quartiles])];
  const intervals = bootstrapIntervals(n, statistics, options);
  const all = Array.from({ length: n }, (_, index) => index);
  const at = (index: number): Estimate => ({
    value: statistics[index]?.(all) ?? Number.NaN,
    interval: intervals[index] ?? null,
  });
  return { mean: at(0), median: at(1), probabilityAbove: at(2), interquartileMean: n < 4 ? null : at(3) };
}

function pick(values: readonly number[], places: readonly number[]): number[] {
  return places.map((place) => values[place] ?? Number.NaN);
}

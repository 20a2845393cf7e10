/** Two arms compared seed by seed: equal seeds share initial weights, split and order, so their difference is cleaner. */
import { type Bounds, bootstrapIntervals } from './bootstrap.js';
import { mean, median, quantileOfSorted } from './describe.js';
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
  const order = [...differences.keys()].sort(
    (left, right) => (differences[left] ?? 0) - (differences[right] ?? 0),
  );
  /** The differences of a resample, ascending, without sorting it anew. */
  const drawn = (counts: Uint32Array) => {
    const values: number[] = [];
    for (const unit of order) {
      for (let left = counts[unit] ?? 0; left > 0; left--) values.push(differences[unit] ?? Number.NaN);
    }
    return values;
  };
  const center = (counts: Uint32Array) => {
    let total = 0;
    let size = 0;
    for (let unit = 0; unit < n; unit++) {
      total += (counts[unit] ?? 0) * (differences[unit] ?? 0);
      size += counts[unit] ?? 0;
    }
    return total / size;
  };
  const middle = (counts: Uint32Array) => quantileOfSorted(drawn(counts), 0.5);
  const quartiles = (counts: Uint32Array) => interquartileMean(drawn(counts)) ?? Number.NaN;
  const wins = a.map((left) => b.map((right) => (left > right ? 1 : left === right ? 0.5 : 0)));
  const above = (counts: Uint32Array) => {
    let won = 0;
    let size = 0;
    for (let i = 0; i < n; i++) {
      const times = counts[i] ?? 0;
      size += times;
      if (times === 0) continue;
      let row = 0;
      for (let j = 0; j < n; j++) row += (counts[j] ?? 0) * (wins[i]?.[j] ?? 0);
      won += times * row;
    }
    return won / (size * size);
  };
  const statistics = [center, middle, above, ...(n < 4 ? [] : [quartiles])];
  const intervals = bootstrapIntervals(n, statistics, options);
  const estimate = (value: number, index: number): Estimate => ({
    value,
    interval: intervals[index] ?? null,
  });
  const robust = interquartileMean(differences);
  return {
    mean: estimate(mean(differences), 0),
    median: estimate(median(differences), 1),
    probabilityAbove: estimate(probabilityAbove(a, b) ?? Number.NaN, 2),
    interquartileMean: robust === null ? null : estimate(robust, 3),
  };
}

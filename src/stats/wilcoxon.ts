/** Wilcoxon's signed-rank test: the paired test that asks only for the order of the differences. */
import wilcoxon from '@stdlib/stats-wilcoxon';
import { signFlipTest } from './sign-flip.js';

/** `statistic` is the rank sum of the positive differences. */
export interface SignedRank {
  statistic: number;
  p: number;
  exact: boolean;
}

/**
 * The two-sided signed-rank test of paired differences (Wilcoxon, Biometrics Bull. 1 (1945) 80-83), zeros left out.
 * Exact over the 2^n signs of the mid-ranks up to n = 16, ties or not; above, by @stdlib: exact without ties up to n = 50,
 * else the normal approximation with corrections for ties and continuity. Differences that agree
 * to 12 digits are ties: accuracies are multiples of 1 / images, whose differences carry rounding. p is 1 when all
 * differences are zero; null for no differences.
 */
export function signedRankTest(differences: readonly number[]): SignedRank | null {
  if (differences.length === 0) return null;
  const largest = Math.max(...differences.map(Math.abs));
  if (largest === 0) return { statistic: 0, p: 1, exact: true };
  const rounded = differences.map((difference) => Number((difference / largest).toFixed(12)));
  const kept = rounded.filter((difference) => difference !== 0);
  const ranks = midRanks(kept.map(Math.abs));
  const statistic = kept.reduce(
    (sum, difference, index) => sum + (difference > 0 ? (ranks[index] ?? 0) : 0),
    0,
  );
  if (kept.length <= 16) {
    const signed = kept.map((difference, index) => Math.sign(difference) * (ranks[index] ?? 0));
    const test = signFlipTest(signed);
    return { statistic, p: test?.p ?? 1, exact: true };
  }
  const tied = new Set(ranks).size !== ranks.length;
  const test = wilcoxon(kept, { zeroMethod: 'wilcox' });
  return { statistic, p: Math.min(1, test.pValue), exact: !tied && kept.length <= 50 };
}

/** Ranks 1 .. n of `values`; equal values share the mean of their ranks. */
export function midRanks(values: readonly number[]): number[] {
  const order = values
    .map((_, index) => index)
    .sort((left, right) => (values[left] ?? 0) - (values[right] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (let place = start; place < end; place++) ranks[order[place] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

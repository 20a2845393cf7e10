/** An interval of a median that supposes nothing of the distribution: step times have long tails. */
import type { Bounds } from './bootstrap.js';

/**
 * The interval of the median from the order statistics x₍ₖ₎ and x₍ₙ₊₁₋ₖ₎, k the largest for which
 * 1 − 2 P(B < k) ≥ `confidence`, B binomial with n and one half (Thompson, Ann. Math. Stat. 7 (1936) 122-128). Null
 * where n is too small for any: n < 6 at 95 %.
 */
export function medianInterval(values: readonly number[], confidence = 0.95): Bounds | null {
  const n = values.length;
  const sorted = [...values].sort((left, right) => left - right);
  let below = 0;
  let k = 0;
  // ln C(n, i) - n ln 2, by recurrence; in logarithms since 2^n overflows.
  let logTerm = -n * Math.LN2;
  for (let i = 0; i < n / 2; i++) {
    below += Math.exp(logTerm);
    if (1 - 2 * below < confidence) break;
    k = i + 1;
    logTerm += Math.log(n - i) - Math.log(i + 1);
  }
  const low = sorted[k - 1];
  const high = sorted[n - k];
  return k === 0 || low === undefined || high === undefined ? null : { low, high };
}

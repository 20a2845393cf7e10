/** Student's interval of a mean: how far the mean of so few seeds may lie from the mean of all of them. */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { mean, standardDeviation } from './describe.js';

/** A mean with its interval. `sd`, `low` and `high` are null where n < 2: one value says nothing about its spread. */
export interface MeanInterval {
  n: number;
  mean: number;
  sd: number | null;
  low: number | null;
  high: number | null;
}

/**
 * The two-sided interval x̄ ± t(1 − α/2, n − 1) · s / √n of the mean of normal values, α = 1 − `confidence`
 * (Student, Biometrika 6 (1908) 1-25). Null for no values; without bounds for one.
 */
export function tInterval(values: readonly number[], confidence = 0.95): MeanInterval | null {
  const n = values.length;
  if (n === 0) return null;
  const center = mean(values);
  if (n === 1) return { n, mean: center, sd: null, low: null, high: null };
  const sd = standardDeviation(values);
  const half = (criticalT(n - 1, confidence) * sd) / Math.sqrt(n);
  return { n, mean: center, sd, low: center - half, high: center + half };
}

// A report takes tens of thousands of intervals over the same few numbers of seeds; a quantile takes microseconds.
const quantiles = new Map<string, number>();

/** Student's t with `degrees` of freedom that a two-sided interval of `confidence` uses. */
export function criticalT(degrees: number, confidence: number): number {
  const key = `${degrees}/${confidence}`;
  const value = quantiles.get(key) ?? tQuantile(1 - (1 - confidence) / 2, degrees);
  quantiles.set(key, value);
  return value;
}

/** Differences in words: `1.22 points of test accuracy`, `0.041 of test loss`. */
import { decimal } from '../number.js';
import type { ComparisonSummary } from '../summary.js';

/** The unit of a metric's differences, as tables print them. */
export function unitOf(metric: ComparisonSummary['metric']): string {
  return metric === 'accuracy' ? 'points' : 'loss';
}

/** A difference as a number: percentage points with two decimals, or loss with four. */
export function effect(value: number | null, metric: ComparisonSummary['metric']): string {
  return metric === 'accuracy' ? decimal(value === null ? null : value * 100, 2) : decimal(value, 4);
}

/** The size of a mean difference with its unit, without sign. */
export function effectSize({ difference, metric }: ComparisonSummary): string {
  const size = effect(Math.abs(difference.mean), metric);
  return metric === 'accuracy' ? `${size} points of test accuracy` : `${size} of test loss`;
}

/** `0.41 to 1.90`; the bounds turned so that they speak of the size when the mean is negative. */
export function effectBounds({ difference: { mean, low, high }, metric }: ComparisonSummary): string | null {
  if (low === null || high === null) return null;
  const bounds = mean < 0 ? [-high, -low] : [low, high];
  return bounds.map((bound) => effect(bound, metric)).join(' to ');
}

/** `−0.40 to 1.90`: the bounds as they are, with their signs. */
export function signedBounds({ difference: { low, high }, metric }: ComparisonSummary): string {
  return [low, high].map((bound) => effect(bound, metric)).join(' to ');
}

/** A p-value as papers print it: `0.031`, `0.0020`, `< 0.0001`. */
export function pValue(p: number): string {
  if (p < 0.0001) return '< 0.0001';
  return p < 0.01 ? p.toFixed(4) : p.toFixed(3);
}

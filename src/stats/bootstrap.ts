/** Bootstrap intervals that correct for bias and skew (BCa), with a seed. */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { stream } from '../stream.js';
import { mean, quantileOfSorted, sum } from './describe.js';

/** Two bounds of an interval. */
export interface Bounds {
  low: number;
  high: number;
}

/** A function of a resample, given by how often each of the n units is in it: all once is the sample itself. */
export type Statistic = (counts: Uint32Array) => number;

/**
 * The BCa intervals of several statistics over the same resamples of n units, drawn with replacement from
 * `stream(seed, 'bootstrap')`. Pairs stay together when a unit is a pair. Null where an interval is undefined: fewer
 * than two units, or a statistic that is constant or not finite under the jackknife.
 */
export function bootstrapIntervals(
  n: number,
  statistics: readonly Statistic[],
  { seed = 1, resamples = 9_999, confidence = 0.95 } = {},
): (Bounds | null)[] {
  if (n < 2) return statistics.map(() => null);
  const random = stream(seed, 'bootstrap', n);
  const replicates = statistics.map(() => new Float64Array(resamples));
  const counts = new Uint32Array(n);
  for (let draw = 0; draw < resamples; draw++) {
    counts.fill(0);
    for (let drawn = 0; drawn < n; drawn++) {
      const unit = random.integer(n);
      counts[unit] = (counts[unit] ?? 0) + 1;
    }
    statistics.forEach((statistic, index) => {
      const column = replicates[index];
      if (column) column[draw] = statistic(counts);
    });
  }
  const all = new Uint32Array(n).fill(1);
  return statistics.map((statistic, index) => {
    const jackknife = Array.from(all, (_, left) =>
      statistic(all.map((count, unit) => (unit === left ? 0 : count))),
    );
    return correctedInterval(statistic(all), replicates[index] ?? new Float64Array(), jackknife, confidence);
  });
}

/**
 * The bias-corrected and accelerated interval (Efron, J. Am. Stat. Assoc. 82 (1987) 171-185): with
 * z₀ = Φ⁻¹(share of replicates below `estimate`, ties half) and a = Σ(θ̄ − θᵢ)³ / (6 (Σ(θ̄ − θᵢ)²)^1.5) over the
 * leave-one-out values θᵢ, the bounds are the quantiles of `replicates` at Φ(z₀ + (z₀ + z) / (1 − a(z₀ + z))),
 * z = ∓Φ⁻¹(1 − α/2). Null where that is undefined.
 */
export function correctedInterval(
  estimate: number,
  replicates: Float64Array,
  jackknife: readonly number[],
  confidence = 0.95,
): Bounds | null {
  let below = 0;
  for (const replicate of replicates) below += replicate < estimate ? 1 : replicate === estimate ? 0.5 : 0;
  const bias = normalQuantile(below / replicates.length, 0, 1);
  const center = mean(jackknife);
  const cubes = sum(jackknife.map((value) => (center - value) ** 3));
  const squares = sum(jackknife.map((value) => (center - value) ** 2));
  const acceleration = cubes / (6 * squares ** 1.5);
  if (!Number.isFinite(bias) || !Number.isFinite(acceleration)) return null;
  const sorted = replicates.slice().sort();
  const bound = (z: number) => {
    const shifted = bias + z;
    return quantileOfSorted(sorted, normalCdf(bias + shifted / (1 - acceleration * shifted), 0, 1));
  };
  const z = normalQuantile(1 - (1 - confidence) / 2, 0, 1);
  return { low: bound(-z), high: bound(z) };
}

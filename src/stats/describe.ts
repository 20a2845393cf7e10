/** Mean and standard deviation: the first two numbers of every table. */

/**
 * The arithmetic mean, taken from the first value by a compensated sum, so that equal values have exactly themselves as
 * their mean and the order matters by one rounding at most. `NaN` for no values.
 */
export function mean(values: readonly number[]): number {
  const first = values[0] ?? Number.NaN;
  return first + sum(values.map((value) => value - first)) / values.length;
}

/** The sum of `values` with Neumaier's compensation (Z. Angew. Math. Mech. 54 (1974) 39-51). */
export function sum(values: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** The sample standard deviation, √(Σ(x − x̄)² / (n − 1)), by two passes. `NaN` for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const center = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - center) ** 2)) / (values.length - 1));
}

/** The middle value, or the mean of the two middle ones. `NaN` for no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The quantile at `probability` by linear interpolation between order statistics (Hyndman and Fan's type 7, the
 * default of R and NumPy; Am. Stat. 50 (1996) 361-365). `NaN` for no values. */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

/** `quantile` of values that are sorted already. */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const place = (sorted.length - 1) * probability;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

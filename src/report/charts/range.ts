/** Ranges of axes: what must be in view, and intervals cut where they would hide everything else. */

/** The smallest range over `values` with a margin of `share` of it on both sides; of one value, a range around it. */
export function rangeOf(values: readonly number[], share = 0.06): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const margin = high > low ? (high - low) * share : Math.max(Math.abs(low) * 0.02, 1e-6);
  return [low - margin, high + margin];
}

/**
 * The range for points with intervals: all points, and of the intervals what lies within `reach` times the points'
 * own range beyond them. An interval of two seeds can be fifty times as wide as what it is about.
 */
export function rangeWithIntervals(
  points: readonly number[],
  intervals: readonly { low: number; high: number }[],
  reach = 1,
): [number, number] {
  const [low, high] = rangeOf(points, 0);
  const limit = (high - low) * reach;
  const bounds = intervals.flatMap((each) => [
    Math.max(each.low, low - limit),
    Math.min(each.high, high + limit),
  ]);
  return rangeOf([...points, ...bounds]);
}

/** `value` within a range. */
export function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

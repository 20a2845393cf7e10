/** How exactly the invariants of a cell must hold, and why not more exactly; docs/checks.md explains each check. */

/** All are relative, but for the two lengths below which nothing is asked. */
export const tolerances = {
  /** Norm of a perturbation against what its rule declares: single precision sums a million squares to about 1e-6. */
  perturbationNorm: 1e-4,
  /** Distance from w of the point where the last gradient was taken: see `appliedNormTolerance`. */
  appliedNorm: 1e-4,
  /** The most that rounding adds to it, for the shortest perturbations. */
  roundedNorm: 1e-2,
  /** Norm from which that distance is asked: rounding to w + e may swallow a shorter perturbation. */
  shortestPerturbation: 1e-4,
  /** Norm of a gradient from which it has a direction in single precision, to which 1e-12 is added where it divides. */
  shortestGradient: 1e-7,
  /** A moving statistic after one move, relative above 1: three roundings in single precision. */
  movingStatistics: 1e-5,
  /** Gradient evaluations against the plan: parts of a batch add up in double precision. */
  gradientEvaluations: 1e-6,
  /** Loss of the first batch between machines, or between eager and compiled cells, which may round differently. */
  firstBatchLoss: 1e-5,
  /** The same where a graphics card computed it: its library picks algorithms, some of ten-bit products, by a stopwatch. */
  firstBatchLossOnGpu: 1e-3,
} as const;

/**
 * The tolerance for the distance from w of the point where the last gradient was taken, which should be `norm`: that of the
 * perturbation itself, and what rounding of w + e to the spacing of numbers near w may add: 6e-8 of the norm of w, of
 * which 170 are allowed.
 */
export function appliedNormTolerance(norm: number): number {
  return Math.min(tolerances.roundedNorm, tolerances.appliedNorm + 1e-5 / norm);
}

/** The distance of `measured` from `expected` as a share of `expected`; of 1 where that is 0. */
export function relativeDeviation(measured: number, expected: number): number {
  return Math.abs(measured - expected) / (expected === 0 ? 1 : Math.abs(expected));
}

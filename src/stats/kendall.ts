/** Kendall's rank correlation: whether two quantities rise together. */

/**
 * Kendall's τ_b = (C − D) / √((n₀ − n₁)(n₀ − n₂)) over all pairs of places, C of them in the same order, D in opposite
 * order, n₀ = n(n − 1)/2, n₁ and n₂ the pairs tied in `x` and in `y` (Kendall, Biometrika 33 (1945) 239-251). Null for
 * fewer than two places, unequal lengths, or when one side is constant.
 */
export function kendallTau(x: readonly number[], y: readonly number[]): number | null {
  if (x.length < 2 || x.length !== y.length) return null;
  let difference = 0;
  let untiedX = 0;
  let untiedY = 0;
  for (let left = 0; left < x.length; left++) {
    for (let right = left + 1; right < x.length; right++) {
      const inX = Math.sign((x[left] ?? 0) - (x[right] ?? 0));
      const inY = Math.sign((y[left] ?? 0) - (y[right] ?? 0));
      difference += inX * inY;
      untiedX += Math.abs(inX);
      untiedY += Math.abs(inY);
    }
  }
  return untiedX === 0 || untiedY === 0 ? null : difference / Math.sqrt(untiedX * untiedY);
}

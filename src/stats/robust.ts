/** Statistics that a few odd seeds hardly move. */
import { mean } from './describe.js';

/**
 * The interquartile mean: the mean of what is left when ⌊n/4⌋ values are cut off at each end (as Agarwal et al., NeurIPS
 * 2021, report deep learning over few seeds; SciPy's `trim_mean(values, 0.25)`). Null for fewer than four values.
 */
export function interquartileMean(values: readonly number[]): number | null {
  if (values.length < 4) return null;
  const cut = Math.floor(values.length / 4);
  const sorted = [...values].sort((left, right) => left - right);
  return mean(sorted.slice(cut, values.length - cut));
}

/**
 * P(A > B): the share of all pairs of a value of A and one of B in which A's is larger, equal ones counted half
 * (Mann and Whitney, Ann. Math. Stat. 18 (1947) 50-60). Null when either is empty.
 */
export function probabilityAbove(a: readonly number[], b: readonly number[]): number | null {
  if (a.length === 0 || b.length === 0) return null;
  let above = 0;
  for (const left of a) for (const right of b) above += left > right ? 1 : left === right ? 0.5 : 0;
  return above / (a.length * b.length);
}

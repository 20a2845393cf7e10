/** The exact paired test: how often chance alone, flipping each pair at random, does as much as was seen. */
import { stream } from '../stream.js';

/** Beyond 2^16 sign patterns a seeded sample of them is drawn. */
const mostEnumerated = 16;
const draws = 99_999;

/** A p-value and whether every sign pattern was counted. */
export interface SignFlip {
  p: number;
  exact: boolean;
}

/**
 * The two-sided sign-flip permutation test of paired differences (Fisher, The Design of Experiments, 1935, § 21): under
 * the null hypothesis each difference is as likely as its negative, so p is the share of the 2^n sign patterns whose
 * |Σ ± d| reaches |Σ d|. Up to n = 16 all are counted; above, p = (b + 1) / (B + 1) over B = 99,999 seeded patterns
 * (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39). The smallest p that n pairs can give is 2 / 2^n.
 * Null for no differences.
 */
export function signFlipTest(differences: readonly number[], seed = 1): SignFlip | null {
  const n = differences.length;
  if (n === 0) return null;
  // Sums of equal size may differ in their last bits; the tolerance counts them as equal.
  const scale = differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  const bar = Math.abs(differences.reduce((sum, difference) => sum + difference, 0)) - 1e-10 * scale;
  return n <= mostEnumerated
    ? { p: enumerate(differences, bar), exact: true }
    : { p: sample(differences, bar, seed), exact: false };
}

// By symmetry the first sign may stay: each pattern and its negative reach the bar together.
function enumerate(differences: readonly number[], bar: number): number {
  const patterns = 2 ** (differences.length - 1);
  const sums = new Float64Array(patterns);
  sums[0] = differences.reduce((sum, difference) => sum + difference, 0);
  let reached = Math.abs(sums[0]) >= bar ? 1 : 0;
  for (let pattern = 1; pattern < patterns; pattern++) {
    const lowest = Math.log2(pattern & -pattern);
    const without = sums[pattern & (pattern - 1)] ?? 0;
    const sum = without - 2 * (differences[lowest + 1] ?? 0);
    sums[pattern] = sum;
    if (Math.abs(sum) >= bar) reached += 1;
  }
  return reached / patterns;
}

function sample(differences: readonly number[], bar: number, seed: number): number {
  const random = stream(seed, 'sign-flip', differences.length);
  let reached = 0;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    let bits = 0;
    let left = 0;
    for (const difference of differences) {
      if (left === 0) {
        bits = random.integer(2 ** 30);
        left = 30;
      }
      sum += (bits & 1) === 0 ? difference : -difference;
      bits >>= 1;
      left -= 1;
    }
    if (Math.abs(sum) >= bar) reached += 1;
  }
  return (reached + 1) / (draws + 1);
}

/** The smallest p that a two-sided sign-flip test of `n` pairs can give: 2 / 2^n. Five pairs cannot reach 0.05. */
export function smallestP(n: number): number {
  return Math.min(1, 2 / 2 ** n);
}

/** The fewest pairs whose smallest p stays at most `level` where so many `comparisons` are corrected together: 6 for one. */
export function fewestPairs(comparisons: number, level = 0.05): number {
  let pairs = 1;
  while (smallestP(pairs) * comparisons > level) pairs += 1;
  return pairs;
}

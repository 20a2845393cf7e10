/** Whether the numbers are the same bit for bit, which equal machines and equal algorithms owe each other. */
import { type Check, check } from './check.js';
import type { Pair, PairedSetting } from './pair.js';

/** Compares the weights of one setting; `allow` makes a difference one that is reported and passes. */
export function checkWeights(
  { id, pairs }: PairedSetting,
  sameAlgorithm: boolean,
  allow: boolean,
): Check | null {
  if (pairs.length === 0) return null;
  const part = { kind: 'weights', subject: id } as const;
  // A cell's id hashes settings, data, suite version and algorithm version.
  const comparable = pairs.filter(
    ({ now, before }) => sameAlgorithm && now.machine === before.machine && now.cell === before.cell,
  );
  if (comparable.length === 0) {
    const reason = sameAlgorithm
      ? 'No cell was made on a machine of the same fingerprint, so bits may differ.'
      : 'The baseline was made by another version of the algorithms, so bits may differ.';
    return check({ ...part, finding: 'skipped', verdict: 'skip', reason });
  }
  const changed = comparable.filter(({ now, before }) => now.weightsSha256 !== before.weightsSha256);
  const n = comparable.length;
  if (changed.length === 0) {
    return check({
      ...part,
      n,
      finding: 'identical',
      verdict: 'pass',
      reason: `Weights are equal bit for bit in ${n} of ${n} cells.`,
    });
  }
  return check({
    ...part,
    n,
    finding: 'numbers changed',
    verdict: allow ? 'pass' : 'fail',
    reason: `Weights differ in ${changed.length} of ${n} cells on a machine of the same fingerprint${allow ? '; this was allowed' : ''}.`,
    details: changed.map((pair) => `${pair.now.cell}: ${whereTheyPart(pair)}`),
  });
}

/** In words, the first epoch whose numbers differ. */
export function whereTheyPart({ now, before }: Pick<Pair, 'now' | 'before'>): string {
  const epoch = firstDifference(now.epochs, before.epochs);
  return epoch === null
    ? 'no epoch differs, the last weights do'
    : `first different in epoch ${epoch} of ${Math.max(now.epochs.length, before.epochs.length)}`;
}

/** The first epoch, from 1, whose hashes differ or that one side lacks; null where there is none. */
export function firstDifference(now: readonly string[], before: readonly string[]): number | null {
  const length = Math.max(now.length, before.length);
  for (let epoch = 0; epoch < length; epoch++) if (now[epoch] !== before[epoch]) return epoch + 1;
  return null;
}

/** Where a series of measurements changed its level: for the trend of a benchmark from commit to commit. */
import { stream } from '../stream.js';
import { mean } from './describe.js';

export interface ChangePointOptions {
  /** Chance that a series without a change is split. */
  alpha?: number;
  permutations?: number;
  /** Fewest values on each side of a change. */
  shortest?: number;
  seed?: number;
}

/**
 * The places at which a new level begins, ascending (0 is never one), by binary segmentation (Vostrikova, Soviet Math.
 * Dokl. 24 (1981) 55-59): the split with the largest |mean right − mean left| · √(k (n − k) / n) is kept when at most a
 * share `alpha` of seeded permutations of the segment has a split as large (with Phipson and Smyth's correction), and both
 * sides are then searched in turn. Nothing is supposed of the distribution but that values of one level are exchangeable.
 * Fewer than ten values cannot be split at the defaults, their permutations being too few.
 */
export function changePoints(values: readonly number[], options: ChangePointOptions = {}): number[] {
  const { alpha = 0.01, permutations = 999, shortest = 3, seed = 1 } = options;
  const found: number[] = [];
  const search = (from: number, to: number) => {
    const segment = values.slice(from, to);
    const best = largestSplit(segment, shortest);
    if (best === null || best.size === 0) return;
    const random = stream(seed, 'change-points', from, to);
    const shuffled = segment.slice();
    let reached = 0;
    for (let round = 0; round < permutations; round++) {
      shuffle(shuffled, random.integer);
      // Sums of the same values in another order may differ in their last bits.
      if ((largestSplit(shuffled, shortest)?.size ?? 0) >= best.size * (1 - 1e-9)) reached += 1;
    }
    if ((reached + 1) / (permutations + 1) > alpha) return;
    search(from, from + best.place);
    found.push(from + best.place);
    search(from + best.place, to);
  };
  search(0, values.length);
  return found;
}

function largestSplit(values: readonly number[], shortest: number): { place: number; size: number } | null {
  const n = values.length;
  // Sums are of the distances from the mean, which keeps them small beside large values.
  const center = mean(values);
  let sum = 0;
  let best: { place: number; size: number } | null = null;
  for (let place = 1; place <= n - shortest; place++) {
    sum += (values[place - 1] ?? Number.NaN) - center;
    if (place < shortest) continue;
    // With S the sum of the left side, the difference of the means is S n / (k (n - k)).
    const size = Math.abs(sum) * Math.sqrt(n / (place * (n - place)));
    if (best === null || size > best.size) best = { place, size };
  }
  return best;
}

function shuffle(values: number[], integer: (bound: number) => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = integer(last + 1);
    const kept = values[last] ?? Number.NaN;
    values[last] = values[other] ?? Number.NaN;
    values[other] = kept;
  }
}

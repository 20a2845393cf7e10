import { describe, expect, it } from 'vitest';
import { changePoints } from '../../src/stats/change-points.js';
import { stream } from '../../src/stream.js';

/** `lengths` values around each of the `levels`, with noise of SD 1. */
function levels(draw: number, ...parts: readonly (readonly [length: number, level: number])[]): number[] {
  const random = stream(draw, 'levels');
  return parts.flatMap(([length, level]) => Array.from({ length }, () => level + random.normal()));
}

describe('change points', () => {
  it('are where a level begins', () => {
    expect(changePoints([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])).toEqual([6]);
  });

  it('are several where there are several levels', () => {
    expect(changePoints(levels(1, [15, 0], [15, 10], [15, 5]))).toEqual([15, 30]);
  });

  it('are none in equal values, in too few, and in none', () => {
    expect(changePoints([3, 3, 3, 3, 3, 3, 3, 3, 3, 3])).toEqual([]);
    expect(changePoints([1, 1, 1, 9, 9, 9])).toEqual([]);
    expect(changePoints([])).toEqual([]);
  });

  it('are found in at most 1 + 1 % of 500 series without a change', () => {
    let split = 0;
    for (let draw = 1; draw <= 500; draw++) {
      if (changePoints(levels(draw, [20, 0]), { permutations: 199 }).length > 0) split += 1;
    }
    expect(split / 500).toBeLessThanOrEqual(0.02);
  });

  it('are found within two runs in 95 % of 200 series with a step of four SDs', () => {
    let seen = 0;
    for (let draw = 1; draw <= 200; draw++) {
      const [place] = changePoints(levels(draw, [12, 0], [8, 4]), { permutations: 199 });
      if (place !== undefined && Math.abs(place - 12) <= 2) seen += 1;
    }
    expect(seen / 200).toBeGreaterThanOrEqual(0.95);
  });
});

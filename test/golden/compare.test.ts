import { describe, expect, it } from 'vitest';
import {
  compareSteps,
  compareSummary,
  comparison,
  largestDifference,
  summaryOf,
} from '../../src/golden/compare.js';

describe('a comparison', () => {
  it('gives the deviation as a multiple of its tolerance', () => {
    expect(comparison('loss', -0.5, 0.25)).toEqual({
      quantity: 'loss',
      deviation: 0.5,
      tolerance: 0.25,
      ratio: 2,
    });
  });

  it('of equal values passes even with a tolerance of zero', () => {
    expect(comparison('loss', 0, 0).ratio).toBe(0);
  });

  it('of a value that is not a number fails', () => {
    expect(comparison('loss', Number.NaN, 1).ratio).toBe(Number.POSITIVE_INFINITY);
  });

  it('without a tolerance fails', () => {
    expect(comparison('loss', 0.1, Number.NaN).ratio <= 1).toBe(false);
  });
});

describe('comparing steps', () => {
  it('takes each step with its own tolerance', () => {
    const rows = compareSteps('loss', { value: [1, 2], tolerance: [0.1, 0.5] }, [1.1, 2.1]);
    expect(rows.map(({ quantity }) => quantity)).toEqual(['loss step 1', 'loss step 2']);
    expect(rows[0]?.ratio).toBeCloseTo(1, 12);
    expect(rows[1]?.ratio).toBeCloseTo(0.2, 12);
  });

  it('takes the groups of a step one by one, with one tolerance each or one for all', () => {
    const each = compareSteps('norm', { value: [[1, 2]], tolerance: [[0.1, 0.2]] }, [[1.1, 2.1]]);
    expect(each.map(({ tolerance }) => tolerance)).toEqual([0.1, 0.2]);
    const one = compareSteps('norm', { value: [[1, 2]], tolerance: [0.1] }, [[1.1, 2.1]]);
    expect(one.map(({ tolerance }) => tolerance)).toEqual([0.1, 0.1]);
  });

  it('fails where the run gave fewer steps or groups', () => {
    const rows = compareSteps('norm', { value: [[1, 2], 3], tolerance: [1, 1] }, [[1]]);
    expect(rows.map(({ ratio }) => ratio)).toEqual([0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe('a summary', () => {
  it('is sum, L2 norm and a sum weighted by sines', () => {
    const [sum, norm, wave] = summaryOf(Float32Array.of(3, -4));
    expect(sum).toBe(-1);
    expect(norm).toBe(5);
    expect(wave).toBeCloseTo(3 * 0.8414709848 - 4 * 0.9092974268, 9);
  });

  it('tells an order from another', () => {
    expect(summaryOf(Float32Array.of(1, 2))[2]).not.toBeCloseTo(summaryOf(Float32Array.of(2, 1))[2], 3);
  });

  it('of an array that is missing fails', () => {
    const rows = compareSummary(
      'summary',
      {
        'stem.bias': [
          [0, 0, 0],
          [1, 1, 1],
        ],
      },
      new Map(),
    );
    expect(rows.every(({ ratio }) => ratio === Number.POSITIVE_INFINITY)).toBe(true);
  });
});

describe('the largest difference', () => {
  it('is absolute', () => expect(largestDifference([1, 5], [2, 3])).toBe(2));
  it('of arrays of different lengths is not a number', () => {
    expect(largestDifference([1], [1, 2])).toBeNaN();
    expect(largestDifference([], [1])).toBeNaN();
  });
  it('keeps what is not a number', () => expect(largestDifference([Number.NaN, 0], [1, 0])).toBeNaN());
});

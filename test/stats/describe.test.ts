import { describe, expect, it } from 'vitest';
import { mean, median, quantile, standardDeviation, sum } from '../../src/stats/describe.js';

describe('describe', () => {
  it('takes the mean of 2, 4, 9', () => {
    expect(mean([2, 4, 9])).toBe(5);
  });

  it('takes the sample standard deviation: of 2, 4, 9 it is √((9 + 1 + 16) / 2)', () => {
    expect(standardDeviation([2, 4, 9])).toBeCloseTo(Math.sqrt(13), 14);
  });

  it('has no standard deviation of one value', () => {
    expect(standardDeviation([3])).toBeNaN();
  });

  it('adds without losing small numbers beside large ones', () => {
    expect(sum([1, 1e100, 1, -1e100])).toBe(2);
  });

  it('takes the middle value, or the mean of the two middle ones', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 9, 5])).toBe(4.5);
  });

  it('interpolates quantiles as numpy.quantile([1, 2, 4, 8], 0.3) = 1.9', () => {
    expect(quantile([8, 1, 4, 2], 0.3)).toBeCloseTo(1.9, 14);
  });
});

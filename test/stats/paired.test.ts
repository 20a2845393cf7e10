import { describe, expect, it } from 'vitest';
import { bootstrapIntervals } from '../../src/stats/bootstrap.js';
import { mean } from '../../src/stats/describe.js';
import { holm } from '../../src/stats/holm.js';
import { kendallTau } from '../../src/stats/kendall.js';
import { comparePairs } from '../../src/stats/paired.js';
import { detectableEffect } from '../../src/stats/power.js';
import { interquartileMean, probabilityAbove } from '../../src/stats/robust.js';
import { fewestPairs, signFlipTest, smallestP } from '../../src/stats/sign-flip.js';
import { tInterval } from '../../src/stats/t-interval.js';
import { midRanks, signedRankTest } from '../../src/stats/wilcoxon.js';

describe('the t interval', () => {
  it('is 2 ± 12.706 · √2 / √2 for the values 1 and 3', () => {
    const interval = tInterval([1, 3]);
    expect(interval?.low).toBeCloseTo(2 - 12.7062047362, 9);
    expect(interval?.high).toBeCloseTo(2 + 12.7062047362, 9);
  });

  it('has no bounds for one value and nothing for none', () => {
    expect(tInterval([5])).toEqual({ n: 1, mean: 5, sd: null, low: null, high: null });
    expect(tInterval([])).toBeNull();
  });
});

describe('the sign-flip test', () => {
  it('counts by hand: of the 8 patterns of ±1 ±2 ±3 two reach |1 + 2 + 3|', () => {
    expect(signFlipTest([1, 2, 3])).toEqual({ p: 0.25, exact: true });
  });

  it('counts by hand: of the 8 patterns of ±3 ±1 ±1 six reach |3 - 1 + 1|', () => {
    // Sums: 5, 3, 3, 1 and their negatives; |3| is reached by 5, 3, 3 and their negatives.
    expect(signFlipTest([3, -1, 1])?.p).toBe(0.75);
  });

  it('counts sums as equal that differ by rounding only', () => {
    expect(signFlipTest([0.1, 0.2, -0.3])?.p).toBe(1);
  });

  it('cannot reach 0.05 with five pairs, but with six', () => {
    expect(signFlipTest([1, 2, 3, 4, 5])?.p).toBe(0.0625);
    expect(signFlipTest([1, 2, 3, 4, 5, 6])?.p).toBe(0.03125);
    expect(smallestP(5)).toBe(0.0625);
    expect(smallestP(6)).toBe(0.03125);
    // 2 / 2^7 × 3 = 0.047 and 2 / 2^8 × 6 = 0.047.
    expect([1, 2, 3, 4, 6, 7].map((comparisons) => fewestPairs(comparisons))).toEqual([6, 7, 7, 8, 8, 9]);
  });

  it('is exact up to 16 pairs and close to exact above, by a seeded sample', () => {
    const sixteen = Array.from({ length: 16 }, (_, index) => ((index * 7) % 11) - 3.5);
    expect(signFlipTest(sixteen)?.exact).toBe(true);
    // A zero adds nothing to any sum: the exact p of 16 pairs and a zero is that of the 16.
    const sampled = signFlipTest([...sixteen, 0]);
    expect(sampled?.exact).toBe(false);
    expect(sampled?.p).toBeCloseTo(signFlipTest(sixteen)?.p ?? 0, 2);
    expect(signFlipTest([...sixteen, 0])).toEqual(sampled);
  });

  it('is 1 when nothing differs', () => {
    expect(signFlipTest([0, 0, 0])?.p).toBe(1);
  });
});

describe('the signed-rank test', () => {
  it('gives equal values the mean of their ranks', () => {
    expect(midRanks([3, 1, 2, 2])).toEqual([4, 1, 2.5, 2.5]);
  });

  it('counts by hand: three positive differences of three have p = 2 / 8', () => {
    expect(signedRankTest([1, 2, 3])).toEqual({ statistic: 6, p: 0.25, exact: true });
  });

  it('sees a tie behind rounding: 0.3 - 0.1 and 0.5 - 0.3', () => {
    expect(signedRankTest([0.3 - 0.1, 0.5 - 0.3, -0.4])?.statistic).toBe(3);
  });

  it('is 1 when nothing differs', () => {
    expect(signedRankTest([0, 0])?.p).toBe(1);
  });
});

describe('robust statistics', () => {
  it('need four values for an interquartile mean', () => {
    expect(interquartileMean([1, 2, 3])).toBeNull();
    expect(interquartileMean([100, 1, 2, -50])).toBe(1.5);
  });

  it('count half for a tie: of 1, 2 against 2, 0 the pairs are 0, 1, ½, 1', () => {
    expect(probabilityAbove([1, 2], [2, 0])).toBe(0.625);
  });
});

describe('families and ranks', () => {
  it('Holm multiplies the smallest of three by 3, the next by 2, and never decreases', () => {
    expect(holm([0.02, 0.01, 0.021])).toEqual([0.04, 0.03, 0.04]);
    expect(holm([])).toEqual([]);
  });

  it('Kendall is 1 for equal orders, -1 for opposite ones and nothing for a constant', () => {
    expect(kendallTau([1, 2, 3], [10, 20, 30])).toBe(1);
    expect(kendallTau([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(kendallTau([1, 2, 3], [1, 1, 1])).toBeNull();
  });
});

describe('the paired comparison', () => {
  it('holds nothing that one pair cannot say', () => {
    const one = comparePairs([0.5], [0.4]);
    expect(one?.difference).toMatchObject({ n: 1, sd: null, low: null, high: null });
    expect(one?.signFlip.p).toBe(1);
    expect(one?.cohensD).toBeNull();
    expect(one?.detectable).toBeNull();
    expect(one?.bootstrap?.mean.interval).toBeNull();
  });

  it('has no effect size where all differences are equal', () => {
    const equal = comparePairs([0.3, 0.5, 0.7], [0.2, 0.4, 0.6]);
    expect(equal?.difference.sd).toBe(0);
    expect(equal?.cohensD).toBeNull();
    expect(equal?.bootstrap?.mean.interval).toBeNull();
  });

  it('turns its sign when the arms change places', () => {
    const a = [0.61, 0.64, 0.6, 0.66, 0.62];
    const b = [0.6, 0.61, 0.61, 0.62, 0.6];
    const forth = comparePairs(a, b);
    const back = comparePairs(b, a);
    expect(back?.difference.mean).toBeCloseTo(-(forth?.difference.mean ?? 0), 12);
    expect(back?.difference.low).toBeCloseTo(-(forth?.difference.high ?? 0), 12);
    expect(back?.signFlip.p).toBe(forth?.signFlip.p);
  });

  it('refuses halves of pairs', () => {
    expect(() => comparePairs([1], [])).toThrow(/equal lengths, got 1 and 0/);
  });

  it('detects less with fewer pairs', () => {
    expect(detectableEffect(1)).toBeNull();
    expect(detectableEffect(5) ?? 0).toBeGreaterThan(detectableEffect(10) ?? 0);
  });
});

describe('the bootstrap', () => {
  it('gives the same interval for the same seed', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const statistic = (counts: Uint32Array) =>
      mean(values.flatMap((value, unit) => Array(counts[unit]).fill(value)));
    const draw = (seed: number) => bootstrapIntervals(8, [statistic], { seed, resamples: 500 })[0];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

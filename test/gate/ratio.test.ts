import { describe, expect, it } from 'vitest';
import { judgeRatio } from '../../src/gate/ratio.js';
import { stream } from '../../src/stream.js';

const rule = { limit: 1.15, alpha: 0.05 };
const before = [100, 101, 99, 100, 102];

/** Medians of five rounds around `center` that spread by `spread` of it. */
function rounds(draw: number, side: string, center: number, spread: number): number[] {
  const random = stream(draw, 'rounds', side);
  return Array.from({ length: 5 }, () => center * (1 + spread * random.normal()));
}

const find = (draw: number, factor: number, spread: number) =>
  judgeRatio(rounds(draw, 'now', 100 * factor, spread), rounds(draw, 'before', 100, spread), rule)?.finding;

describe('the ratio of medians', () => {
  it('is a regression where the whole interval lies beyond the limit', () => {
    const found = judgeRatio(
      before.map((value) => 1.3 * value),
      before,
      rule,
    );
    expect(found?.value).toBeCloseTo(1.3, 12);
    expect(found?.finding).toBe('regression');
  });

  it('cannot tell where the interval holds the limit', () => {
    expect(judgeRatio([100, 130, 118, 90, 140], before, rule)?.finding).toBe('inconclusive');
  });

  it('cannot tell from one value, and says nothing of none', () => {
    expect(judgeRatio([200], [100], rule)).toMatchObject({ finding: 'inconclusive', value: 2, low: null });
    expect(judgeRatio([], before, rule)).toBeNull();
  });

  it('takes equal values for what they are', () => {
    expect(judgeRatio([130, 130, 130], [100, 100, 100], rule)).toMatchObject({
      finding: 'regression',
      low: 1.3,
      high: 1.3,
    });
  });

  it('raises no alarm over equal machines in 300 draws, and finds a factor of 1.3 in 95 % of them', () => {
    const draws = Array.from({ length: 300 }, (_, index) => index + 1);
    expect(draws.filter((draw) => find(draw, 1, 0.03) === 'regression')).toEqual([]);
    const seen = draws.filter((draw) => find(draw, 1.3, 0.03) === 'regression').length;
    expect(seen / draws.length).toBeGreaterThanOrEqual(0.95);
  });
});

/** What the tests and intervals promise, counted over seeded draws of known truth. */
import { describe, expect, it } from 'vitest';
import { bootstrapIntervals } from '../../src/stats/bootstrap.js';
import { signFlipTest } from '../../src/stats/sign-flip.js';
import { tInterval } from '../../src/stats/t-interval.js';
import { signedRankTest } from '../../src/stats/wilcoxon.js';
import { stream } from '../../src/stream.js';

const draws = 5_000;

/** `n` paired differences of equal arms: two normal values that share their seed's luck. */
function equalArms(draw: number, n: number): number[] {
  const random = stream(draw, 'simulation', n);
  return Array.from({ length: n }, () => {
    const luck = random.normal();
    return luck + random.normal() - (luck + random.normal());
  });
}

function share(happens: (draw: number) => boolean): number {
  let count = 0;
  for (let draw = 1; draw <= draws; draw++) if (happens(draw)) count += 1;
  return count / draws;
}

function within(share: number, target: number) {
  expect(share).toBeGreaterThanOrEqual(target - 0.01);
  expect(share).toBeLessThanOrEqual(target + 0.01);
}

describe('over 5,000 draws of equal arms', () => {
  it('the sign-flip test at 5 % fires in 5 ± 1 %', () => {
    within(
      share((draw) => (signFlipTest(equalArms(draw, 10))?.p ?? 1) <= 0.05),
      0.05,
    );
  });

  it('the signed-rank test at 5 % fires in 5 ± 1 %', () => {
    within(
      share((draw) => (signedRankTest(equalArms(draw, 12))?.p ?? 1) <= 0.05),
      0.05,
    );
  });

  it.each([3, 5, 10])('the 95 %% t interval of %i pairs covers the truth in 95 ± 1 %%', (n) => {
    const covers = share((draw) => {
      const interval = tInterval(equalArms(draw, n));
      return (interval?.low ?? 1) <= 0 && (interval?.high ?? -1) >= 0;
    });
    within(covers, 0.95);
  });

  // BCa uses normal quantiles and divides by n, so for the mean of 40 normal values its nominal 95 % are
  // P(|t₃₉| < 1.96 √(39/40)) = 94.0 %. The t interval is therefore the one that the verdict uses.
  it('the 95 % BCa interval of the mean of 40 pairs covers the truth in 94 ± 1 %, as theory has it', () => {
    let covers = 0;
    for (let draw = 1; draw <= 2_000; draw++) {
      const values = equalArms(draw, 40);
      const statistic = (counts: Uint32Array) => {
        let total = 0;
        let size = 0;
        for (const [unit, count] of counts.entries()) {
          total += count * (values[unit] ?? 0);
          size += count;
        }
        return total / size;
      };
      const [interval] = bootstrapIntervals(40, [statistic], { seed: draw, resamples: 399 });
      if ((interval?.low ?? 1) <= 0 && (interval?.high ?? -1) >= 0) covers += 1;
    }
    within(covers / 2_000, 0.94);
  }, 60_000);
});

/**
 * Agreement with SciPy 1.17.1 (Python 3.11) to 1e-10. Each figure stands beside the call that made it, where
 *   from scipy import stats; import numpy as np
 *   a = np.array([.5615, .5715, .5675, .5820, .5555, .5690, .5745, .5605])
 *   b = np.array([.5505, .5595, .5600, .5540, .5580, .5515, .5650, .5530]);  d = np.round(a - b, 13)
 */
import { describe, expect, it } from 'vitest';
import { correctedInterval } from '../../src/stats/bootstrap.js';
import { mean, median } from '../../src/stats/describe.js';
import { holm } from '../../src/stats/holm.js';
import { kendallTau } from '../../src/stats/kendall.js';
import { comparePairs } from '../../src/stats/paired.js';
import { detectableEffect, noncentralTCdf, pairedPower } from '../../src/stats/power.js';
import { interquartileMean, probabilityAbove } from '../../src/stats/robust.js';
import { tInterval } from '../../src/stats/t-interval.js';
import { signedRankTest } from '../../src/stats/wilcoxon.js';

const a = [0.5615, 0.5715, 0.5675, 0.582, 0.5555, 0.569, 0.5745, 0.5605];
const b = [0.5505, 0.5595, 0.56, 0.554, 0.558, 0.5515, 0.565, 0.553];
const d = [0.011, 0.012, 0.0075, 0.028, -0.0025, 0.0175, 0.0095, 0.0075];
const digits = 10;

describe('figures of SciPy', () => {
  it('agrees on the t interval: stats.t.interval(.95, 7, d.mean(), d.std(ddof=1) / np.sqrt(8))', () => {
    const interval = tInterval(d);
    expect(interval?.mean).toBeCloseTo(0.0113125, digits);
    expect(interval?.sd).toBeCloseTo(0.00878691193927488, digits);
    expect(interval?.low).toBeCloseTo(0.003966457782248302, digits);
    expect(interval?.high).toBeCloseTo(0.0186585422177517, digits);
  });

  it.each([
    [2, 12.706204736174694],
    [3, 4.302652729749462],
    [5, 2.7764451051977934],
    [10, 2.262157162798205],
    [100, 1.9842169515864174],
  ])('agrees on the half width for n = %i: stats.t.ppf(.975, n - 1)', (n, quantile) => {
    // Values 0 and 1 in turn, scaled to SD √n, have the half width t.
    const raw = Array.from({ length: n }, (_, index) => index % 2);
    const center = mean(raw);
    const sd = Math.sqrt(raw.reduce((sum, value) => sum + (value - center) ** 2, 0) / (n - 1));
    const interval = tInterval(raw.map((value) => ((value - center) * Math.sqrt(n)) / sd));
    expect((interval?.high ?? 0) / quantile).toBeCloseTo(1, digits);
  });

  it("agrees on the sign-flip test: stats.permutation_test((d,), lambda x, axis: x.sum(axis=axis), permutation_type='samples', n_resamples=np.inf)", () => {
    const { signFlip } = comparePairs(a, b, { resamples: 0 }) ?? {};
    expect(signFlip?.p).toBeCloseTo(0.015625, digits);
    expect(signFlip?.exact).toBe(true);
  });

  it('agrees on the signed-rank test: stats.wilcoxon(d), and with method="exact" for ten without ties', () => {
    expect(signedRankTest(d)?.p).toBeCloseTo(0.015625, digits);
    const ten = [1.1, -0.3, 2.2, 0.7, 1.9, -0.5, 3.1, 0.9, 2.7, 1.3];
    expect(signedRankTest(ten)?.p).toBeCloseTo(0.009765625, digits);
  });

  it("agrees on twenty without ties: np.where(k % 3 == 0, -k, k), k = np.arange(1, 21), method='exact'", () => {
    const z = Array.from({ length: 20 }, (_, index) => ((index + 1) % 3 === 0 ? -(index + 1) : index + 1));
    expect(signedRankTest(z)?.p).toBeCloseTo(0.1230926513671875, digits);
  });

  it('agrees on ties: stats.wilcoxon([3, -1, 2, 2, 5, -1, 4], method=stats.PermutationMethod(n_resamples=np.inf))', () => {
    expect(signedRankTest([3, -1, 2, 2, 0, 5, -1, 4])?.p).toBeCloseTo(0.0625, digits);
  });

  it("agrees on many ties: k = np.arange(1, 21); z = np.where(k % 3 == 0, -k, k); z[4] = z[3]; stats.wilcoxon(z, method='asymptotic', correction=True)", () => {
    const z = Array.from({ length: 20 }, (_, index) => ((index + 1) % 3 === 0 ? -(index + 1) : index + 1));
    z[4] = z[3] ?? 0;
    expect(signedRankTest(z)?.p).toBeCloseTo(0.12127580066746667, digits);
  });

  it('agrees on BCa: stats.bootstrap((x,), f, n_resamples=0, bootstrap_result=all 256 resamples of four), x = [.012, -.004, .031, .007]', () => {
    const x = [0.012, -0.004, 0.031, 0.007];
    const resamples = Array.from({ length: 256 }, (_, code) => [
      code & 3,
      (code >> 2) & 3,
      (code >> 4) & 3,
      code >> 6,
    ]);
    const interval = (f: (values: number[]) => number) =>
      correctedInterval(
        f(x),
        Float64Array.from(resamples, (places) => f(places.map((place) => x[place] ?? 0))),
        x.map((_, left) => f(x.filter((_, place) => place !== left))),
      );
    expect(interval(mean)?.low).toBeCloseTo(0.0015, digits);
    expect(interval(mean)?.high).toBeCloseTo(0.02625, digits);
    expect(interval(median)?.low).toBeCloseTo(-0.004, digits);
    expect(interval(median)?.high).toBeCloseTo(0.031, digits);
  });

  it('agrees on the interquartile mean: stats.trim_mean(x, .25)', () => {
    expect(interquartileMean(d)).toBeCloseTo(0.01, digits);
    expect(interquartileMean([1, 2, 3, 4])).toBeCloseTo(2.5, digits);
    expect(interquartileMean([1, 2, 3, 4, 5, 100, 7, 9, 10])).toBeCloseTo(5.6, digits);
  });

  it('agrees on P(A > B): stats.mannwhitneyu(a, b).statistic / 64, with b[7] = .5605 a tie', () => {
    expect(probabilityAbove(a, [...b.slice(0, 7), 0.5605])).toBeCloseTo(0.8828125, digits);
  });

  it("agrees on Holm: statsmodels 0.14 multipletests([.01, .04, .03, .005], method='holm')", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [index, p] of [0.03, 0.06, 0.06, 0.02].entries())
      expect(adjusted[index]).toBeCloseTo(p, digits);
  });

  it('agrees on Kendall: stats.kendalltau([1, 2, 2, 4, 5, 6, 3], [2, 1, 3, 3, 6, 5, 4])', () => {
    expect(kendallTau([1, 2, 2, 4, 5, 6, 3], [2, 1, 3, 3, 6, 5, 4])).toBeCloseTo(0.6499999999999999, digits);
  });

  it.each([
    [1.5, 1, 0.5, 0.6858270289937836],
    [2.776, 4, 2, 0.664090491303076],
    [2.262, 9, 3, 0.23879985868711998],
    [-1, 9, 1, 0.02725048292834817],
    [2, 29, 2.5, 0.3083207898283145],
  ])('agrees on the noncentral t: stats.nct.cdf(%d, %i, %d)', (t, degrees, shift, p) => {
    expect(noncentralTCdf(t, degrees, shift)).toBeCloseTo(p, digits);
  });

  it.each([
    [3, 3.2640435496995703],
    [5, 1.681996965955554],
    [6, 1.4345447820404011],
    [10, 0.9960013714554438],
    [30, 0.5292356151129533],
  ])(
    'agrees on the detectable effect of %i pairs: scipy.optimize.brentq over stats.nct.sf(t, n - 1, e √n) + stats.nct.cdf(-t, n - 1, e √n) - .8',
    (n, effect) => {
      expect(detectableEffect(n)).toBeCloseTo(effect, digits);
    },
  );

  it('gives ten pairs 80 % power for one SD of the difference (0.8030968566327219)', () => {
    expect(pairedPower(10, 1)).toBeCloseTo(0.8030968566327219, digits);
  });
});

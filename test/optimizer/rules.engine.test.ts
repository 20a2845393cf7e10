import { describe, expect, it } from 'vitest';
import { sharpness } from '../../src/optimizer/registry.js';
import { esam, wholeShare } from '../../src/optimizer/sharpness/esam.js';
import { fsam } from '../../src/optimizer/sharpness/fsam.js';
import { gsam } from '../../src/optimizer/sharpness/gsam.js';
import { looksam } from '../../src/optimizer/sharpness/looksam.js';
import { msam } from '../../src/optimizer/sharpness/msam.js';
import { random } from '../../src/optimizer/sharpness/random.js';
import { sam } from '../../src/optimizer/sharpness/sam.js';
import { useEngine } from '../engine/engine.js';
import { settingsOf, stateOf } from './any-rule.js';
import { across, dot, give, gradientAt, length, plus, scaled, start } from './quadratic.js';

useEngine();

const rho = 0.3;
const g = gradientAt(start);
const e = scaled(g, rho);
/** SAM's gradient on the quadratic: a (w + rho g / |g|). */
const s = gradientAt(plus(start, e));

function close(found: readonly number[] | null | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found?.forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 5);
  });
}

describe('sam', () => {
  it('hands on the gradient at w + rho g / |g|', () => {
    const given = give(sam, { rho });
    close(given.gradient, s);
    close(given.perturbation, e);
  });
});

describe('random', () => {
  it('takes its second gradient at w + rho z / |z|, whatever the gradient is', () => {
    const z = [1, -2, 2];
    const given = give(random, { rho }, { noise: z });
    close(given.points[0], start);
    close(given.gradient, gradientAt(plus(start, scaled(z, rho))));
  });
});

describe('gsam', () => {
  it("subtracts alpha times the clean gradient's part across SAM's", () => {
    const given = give(gsam, { rho, alpha: 0.7 });
    close(given.gradient, plus(s, across(g, s), -0.7));
  });

  it("changes SAM's gradient at right angles to it, so that the perturbed loss falls as SAM's does", () => {
    const { gradient } = give(gsam, { rho, alpha: 0.7 });
    expect(dot(plus(gradient, s, -1), s) / dot(s, s)).toBeCloseTo(0, 6);
    expect(dot(gradient, g)).toBeLessThan(dot(s, g));
  });
});

describe('fsam', () => {
  const settings = { rho, sigma: 0.8, lambda: 0.6 };

  it('perturbs along g less sigma times the mean gradient, which it keeps', () => {
    const before = [0.5, 1, -1];
    const mean = plus(
      before.map((value) => 0.6 * value),
      g,
      0.4,
    );
    const given = give(fsam, settings, { state: { meanGradient: before } });
    close(given.state.meanGradient, mean);
    close(given.perturbation, scaled(plus(g, mean, -0.8), rho));
    close(given.gradient, gradientAt(plus(start, scaled(plus(g, mean, -0.8), rho))));
  });

  it('with sigma 1 goes along g less the mean of the steps before, as the code of its authors does', () => {
    const before = [0.5, 1, -1];
    const given = give(fsam, { ...settings, sigma: 1 }, { state: { meanGradient: before } });
    close(given.perturbation, scaled(plus(g, before, -1), rho));
  });

  it('begins as SAM', () => {
    close(give(fsam, { ...settings, sigma: 1 }, { state: { meanGradient: [0, 0, 0] } }).perturbation, e);
  });
});

describe('msam', () => {
  it('takes one gradient, at w - rho v / |v|, and adds it to the velocity', () => {
    const v = [1, 0.5, -2];
    const given = give(msam, { rho, momentum: 0.9 }, { state: { velocity: v } });
    const there = plus(start, scaled(v, rho), -1);
    expect(given.points).toHaveLength(1);
    close(given.points[0], there);
    close(given.gradient, gradientAt(there));
    close(
      given.state.velocity,
      plus(
        gradientAt(there),
        v.map((value) => 0.9 * value),
      ),
    );
  });

  it('does not perturb the first step', () => {
    const given = give(msam, { rho, momentum: 0.9 }, { state: { velocity: [0, 0, 0] } });
    close(given.perturbation, [0, 0, 0]);
    close(given.gradient, g);
  });
});

describe('looksam', () => {
  const settings = { rho, k: 3, alpha: 0.7 };

  it("takes SAM's gradient in a whole step and keeps its part across the clean one", () => {
    const given = give(looksam, settings, { state: { across: [9, 9, 9] } });
    close(given.gradient, s);
    close(given.state.across, across(s, g));
  });

  it('takes one gradient in a light step and adds the kept part at alpha times its length', () => {
    const kept = [0.1, -0.2, 0.2];
    const given = give(looksam, settings, { state: { across: kept }, kind: 'light' });
    expect(given.points).toHaveLength(1);
    close(given.gradient, plus(g, scaled(kept, 0.7 * length(g))));
    expect(given.perturbation).toBeNull();
  });

  it('costs 2 gradients in the first step of every k and 1 in the others', () => {
    expect(looksam.cycle?.(settings)).toBe(3);
    expect(looksam.gradientEvaluations(settings, 'whole')).toBe(2);
    expect(looksam.gradientEvaluations(settings, 'light')).toBe(1);
  });
});

describe('esam', () => {
  it('takes the gradient of the ascent over its part of the images and the other over all', () => {
    const given = give(esam, { rho, fraction: 0.25 }, { images: 8 });
    expect(given.images).toEqual([2, null]);
    close(given.gradient, s);
    expect(esam.gradientEvaluations({ fraction: 0.25 }, 'whole')).toBe(1.25);
  });

  it('accepts a fraction that makes whole images, within rounding', () => {
    expect(wholeShare(0.3, 10)).toBe(3);
    expect(wholeShare(1 / 3, 96)).toBe(32);
    expect(wholeShare(0.3, 128)).toBeNull();
    expect(wholeShare(0.001, 128)).toBeNull();
  });
});

describe('every rule that says how long its perturbation is', () => {
  it.each(Object.values(sharpness).filter(({ perturbationNorm }) => perturbationNorm))(
    '$name keeps to it',
    (rule) => {
      const settings = settingsOf(rule, { rho });
      const given = give(rule, settings, { state: stateOf(rule, settings), noise: [1, 2, 3] });
      // A whole step, but not the first of all.
      const step = rule.cycle?.(settings) ?? 1;
      expect(length(given.perturbation ?? [])).toBeCloseTo(rule.perturbationNorm?.(settings, step) ?? 0, 6);
    },
  );

  it('says none of the light steps of looksam, which tell none', () => {
    const settings = { rho, alpha: 0.5, k: 4 };
    const lengths = Array.from({ length: 5 }, (_, step) => looksam.perturbationNorm?.(settings, step));
    expect(lengths).toEqual([rho, null, null, null, rho]);
    const light = give(looksam, settings, { state: { across: [1, 0, 1] }, kind: 'light' });
    expect(light.perturbation ?? null).toBeNull();
  });
});

describe('every rule', () => {
  it.each(Object.values(sharpness))('$name takes as many gradients as it says', (rule) => {
    const settings = settingsOf(rule, { rho });
    const state = stateOf(rule, settings);
    for (const kind of ['whole', 'light'] as const) {
      const { images } = give(rule, settings, { state, noise: [1, 2, 3], kind, images: 8 });
      const taken = images.reduce<number>((sum, share) => sum + (share ?? 8) / 8, 0);
      expect(taken).toBe(rule.gradientEvaluations(settings, kind));
    }
  });
});

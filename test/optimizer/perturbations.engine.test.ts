import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src/engine/tensorflow.js';
import { sharpness } from '../../src/optimizer/registry.js';
import type { ParameterLayout, SharpnessRule } from '../../src/optimizer/rule.js';
import type { SharpnessSettings } from '../../src/suite/cell.js';
import { useEngine } from '../engine/engine.js';
import { aware, base } from '../train/small-step.js';

const weights = [1.5, -2, 0.5, 3];
const curvatures = [1, 2, 4, 0.5];
const slopes = weights.map((weight, index) => weight * (curvatures[index] as number));
const layout: ParameterLayout = [
  { name: 'layer.kernel', offset: 0, size: 2, shape: [2] },
  { name: 'layer.bias', offset: 2, size: 1, shape: [1] },
  { name: 'layer_bn.gamma', offset: 3, size: 1, shape: [1] },
];

/** The rest of what a rule is given: no state, no noise, all images. */
const whole = { state: {}, noise: null, kind: 'whole', images: 1 } as const;

interface Found {
  perturbation: number[];
  gradient: number[];
  cleanLoss: number;
  points: number[][];
}

/** What the rule makes of the loss Σ c w² / 2, whose gradient is c w. */
function apply(settings: SharpnessSettings): Found {
  const rule = sharpness[settings.name] as SharpnessRule;
  const points: number[][] = [];
  let found: Found | null = null;
  tf().tidy(() => {
    const { tensor1d, mul, sum } = tf();
    const at = (point: Tensor1D) => {
      points.push(Array.from(point.dataSync()));
      const gradient: Tensor1D = mul(point, tensor1d(curvatures));
      return { loss: mul(sum(mul(gradient, point)), 0.5) as Scalar, gradient };
    };
    const result = rule.gradient(at, tensor1d(weights), { settings, layout, ...whole });
    found = {
      perturbation: Array.from(given(result.perturbation).dataSync()),
      gradient: Array.from(result.gradient.dataSync()),
      cleanLoss: given(result.clean).loss.dataSync()[0] as number,
      points,
    };
  });
  if (!found) throw new Error('the rule did not run');
  return found;
}

function expectVector(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index] as number, 5);
}

function given<T>(value: T | null): T {
  if (value === null) throw new Error('the rule did not tell');
  return value;
}

const length = (vector: readonly number[]) => Math.hypot(...vector);
const gradientAt = (perturbation: readonly number[]) =>
  weights.map((weight, index) => (weight + (perturbation[index] as number)) * (curvatures[index] as number));

describe('sam', () => {
  useEngine();

  it('perturbs by rho g / |g|, uphill, and hands on the gradient there', () => {
    const { perturbation, gradient, points, cleanLoss } = apply(aware('sam', base('sgd'), { rho: 0.1 }));
    const expected = slopes.map((slope) => (0.1 * slope) / length(slopes));
    expectVector(perturbation, expected);
    expect(length(perturbation)).toBeCloseTo(0.1, 6);
    expectVector(gradient, gradientAt(expected));
    expect(points).toHaveLength(2);
    expectVector(points[0] as number[], weights);
    expect(cleanLoss).toBeCloseTo(
      0.5 * slopes.reduce((sum, slope, at) => sum + slope * (weights[at] as number), 0),
      5,
    );
  });
});

describe('sam as published', () => {
  useEngine();

  it('takes the same gradient twice at w and reports a perturbation that it does not use', () => {
    const { perturbation, gradient, points } = apply(aware('sam-as-published', base('sgd'), { rho: 0.1 }));
    expect(points).toEqual([weights, weights]);
    expectVector(gradient, slopes);
    expect(length(perturbation)).toBeCloseTo(0.1, 6);
  });
});

describe('asam', () => {
  useEngine();

  /** rho T² g / |T g|. */
  const expected = (rho: number, scales: readonly number[]) => {
    const scaled = slopes.map((slope, index) => slope * (scales[index] as number));
    return scaled.map((value, index) => (rho * value * (scales[index] as number)) / length(scaled));
  };
  const settings = (scope: readonly string[], eta: number) =>
    aware('asam', base('sgd'), { rho: 0.5, eta, scope });

  it('perturbs by rho T² g / |T g| with T = |w| + eta where everything is in its scope', () => {
    const found = apply(settings(['kernel', 'bias', 'gamma', 'beta'], 0.01));
    const perturbation = expected(
      0.5,
      weights.map((weight) => Math.abs(weight) + 0.01),
    );
    expectVector(found.perturbation, perturbation);
    expectVector(found.gradient, gradientAt(perturbation));
  });

  it('has T = 1 for parameters outside its scope', () => {
    const found = apply(settings(['kernel', 'gamma'], 0.01));
    expectVector(found.perturbation, expected(0.5, [1.51, 2.01, 1, 3.01]));
  });

  it('with nothing in its scope is sam', () => {
    expectVector(
      apply(settings([], 0.01)).perturbation,
      apply(aware('sam', base('sgd'), { rho: 0.5 })).perturbation,
    );
  });
});

describe.each(['sam', 'asam', 'sam-as-published'] as const)('%s', (name) => {
  useEngine();
  const rule = sharpness[name] as SharpnessRule;
  const settings = aware(name, base('sgd'));

  it('takes as many gradients as it declares', () => {
    expect(apply(settings).points).toHaveLength(rule.gradientEvaluations(settings, 'whole'));
  });

  it('perturbs by nothing where the gradient is zero', () => {
    const found = tf().tidy(() => {
      const { tensor1d, scalar, zeros } = tf();
      const at = () => ({ loss: scalar(0), gradient: zeros([4]) as Tensor1D });
      const { perturbation } = rule.gradient(at, tensor1d(weights), { settings, layout, ...whole });
      return Array.from(given(perturbation).dataSync());
    }) as unknown as number[];
    expect(found.map(Math.abs)).toEqual([0, 0, 0, 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { initialValues, initialVector } from '../../src/model/initialize.js';
import type { ParameterSpec } from '../../src/model/network.js';

const kernel = (name: string, shape: readonly number[]): ParameterSpec => ({
  name,
  shape,
  trainable: true,
  initializer: 'heNormal',
});

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe('he_normal', () => {
  const large = initialValues(kernel('large', [3, 3, 128, 128]), 1);
  const fanIn = 3 * 3 * 128;

  it('has mean 0 and standard deviation sqrt(2 / fan in), fan in being height × width × inputs', () => {
    const expected = Math.sqrt(2 / fanIn);
    // Four standard errors of 147,456 values.
    expect(Math.abs(deviation(large) / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * large.length));
    const mean = large.reduce((sum, value) => sum + value, 0) / large.length;
    expect(Math.abs(mean)).toBeLessThan((4 * expected) / Math.sqrt(large.length));
  });

  it('is cut off at two standard deviations of the normal distribution before the cut', () => {
    const bound = (2 * Math.sqrt(2 / fanIn)) / 0.87962566103423978;
    const largest = large.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.999 * bound);
  });

  it('has the share of a normal distribution within one standard deviation, given the cut', () => {
    const one = Math.sqrt(2 / fanIn) / 0.87962566103423978;
    const inside = large.filter((value) => Math.abs(value) < one).length / large.length;
    // (Φ(1) - Φ(-1)) / (Φ(2) - Φ(-2)), tables of the normal distribution.
    expect(inside).toBeCloseTo(0.6826895 / 0.9544997, 2);
  });

  it('takes the fan in of a dense kernel from its first axis', () => {
    const dense = initialValues(kernel('dense', [512, 256]), 1);
    expect(deviation(dense)).toBeCloseTo(Math.sqrt(2 / 512), 3);
  });
});

describe('first values', () => {
  it('are the same on every machine', () => {
    // Box and Muller's formula over seedrandom('1/initialize/stem.kernel'), written out once apart from this project.
    const values = Array.from(initialValues(kernel('stem.kernel', [3, 3, 3, 16]), 1).subarray(0, 4));
    expect(values).toEqual([
      -0.1560279279947281, -0.5019887089729309, -0.29664644598960876, -0.07313230633735657,
    ]);
  });

  it('depend on the name and the seed', () => {
    const first = initialValues(kernel('a', [4, 4]), 1);
    expect(initialValues(kernel('b', [4, 4]), 1)).not.toEqual(first);
    expect(initialValues(kernel('a', [4, 4]), 2)).not.toEqual(first);
    expect(initialValues(kernel('a', [4, 4]), 1)).toEqual(first);
  });

  it('of one parameter do not depend on what other parameters there are', () => {
    const [a, b] = [kernel('a', [4, 4]), kernel('b', [2, 2])];
    expect(initialVector([b, a], true, 1).subarray(4)).toEqual(initialVector([a], true, 1));
  });

  it('lie in the vector in the order of the parameters, trainable and moving ones apart', () => {
    const gamma: ParameterSpec = { name: 'gamma', shape: [2], trainable: true, initializer: 'ones' };
    const beta: ParameterSpec = { name: 'beta', shape: [3], trainable: true, initializer: 'zeros' };
    const variance: ParameterSpec = { name: 'variance', shape: [2], trainable: false, initializer: 'ones' };
    expect(Array.from(initialVector([gamma, variance, beta], true, 1))).toEqual([1, 1, 0, 0, 0]);
    expect(Array.from(initialVector([gamma, variance, beta], false, 1))).toEqual([1, 1]);
  });

  it('of a glorot kernel are uniform within sqrt(6 / (fan in + fan out))', () => {
    const values = initialValues({ ...kernel('g', [200, 100]), initializer: 'glorotUniform' }, 1);
    const limit = Math.sqrt(6 / 300);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.999 * limit);
    expect(deviation(values)).toBeCloseTo(limit / Math.sqrt(3), 3);
  });
});

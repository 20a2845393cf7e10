import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { normalizeByBatch, normalizeInParts } from '../../../src/engine/operations/batch-normalization.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectBytes, expectSame, expectSameWithGradients, normal } from './numbers.js';
import {
  normalizeAndPool,
  normalized,
  pooledByOwn,
  pooledByTwo,
  pooledGradients,
  pooledInputs,
} from './pooled-normalization.js';

const numbers = (tensor: Tensor | undefined) => Float32Array.from(tensor?.dataSync() ?? []);

describe('batch normalization and the mean over each image after it', () => {
  useEngine();

  // One image; images of one pixel; fewer channels than a vector has, and a rest; images that end amid chunks of rows, and
  // chunks that end amid images; images of several chunks.
  const shapes = [
    [1, 3, 5, 6],
    [40, 1, 1, 24],
    [37, 7, 5, 24],
    [9, 8, 8, 256],
    [3, 19, 23, 48],
    [1, 45, 33, 40],
  ];

  describe.each([true, false])('rectified in between: %s', (rectify) => {
    it.each(shapes)('of [%i, %i, %i, %i] have the values and gradients of TensorFlow\u2019s', (...shape) => {
      expectSameWithGradients(
        pooledByOwn(rectify),
        pooledByTwo(normalizeInParts, rectify),
        pooledInputs(shape),
      );
    });

    it.each(shapes)('of [%i, %i, %i, %i] have the bits of two operations, but for the mean', (...shape) => {
      const inputs = pooledInputs(shape);
      const cotangent = normal('cotangent', [shape[0] as number, shape[3] as number]);
      const two = pooledByTwo(normalizeByBatch, rectify);
      const expected = tf().grads((...given: Tensor[]) => two(...given))(inputs, cotangent);
      const dpooled = tf().reshape(cotangent, [shape[0] as number, 1, 1, shape[3] as number]);
      const found = pooledGradients(dpooled, inputs, rectify);
      expect(found).toHaveLength(expected.length);
      found.forEach((tensor, index) => {
        expectBytes(numbers(tensor), numbers(expected[index]));
      });

      const [, mean, variance] = normalizeAndPool(inputs, rectify);
      const batch = normalized(normalizeByBatch, inputs, rectify);
      expect(numbers(mean)).toEqual(numbers(batch.mean));
      expect(numbers(variance)).toEqual(numbers(batch.variance));
    });
  });

  it('hand on what is not a number', () => {
    const [x, scale, offset] = pooledInputs([2, 2, 2, 3]) as [Tensor, Tensor, Tensor];
    const [pooled] = normalizeAndPool([tf().mul(x, Number.NaN), scale, offset], true);
    expect(numbers(pooled).every(Number.isNaN)).toBe(true);
  });

  it('of one pixel in all give the offset', () => {
    const inputs = pooledInputs([1, 1, 1, 3]);
    expectSame(normalizeAndPool(inputs, false)[0] as Tensor, tf().reshape(inputs[2] as Tensor, [1, 1, 1, 3]));
  });

  it('name both shapes of a gradient that does not fit', () => {
    const dpooled = normal('dpooled', [2, 1, 1, 4]);
    expect(() => pooledGradients(dpooled, pooledInputs([2, 2, 2, 3]), true)).toThrow(
      'a gradient of shape [2, 1, 1, 4] instead of [2, 1, 1, 3]',
    );
  });

  it('are refused for what is no image, and for vectors of another length', () => {
    const [x, scale, offset] = pooledInputs([2, 2, 2, 3]) as [Tensor, Tensor, Tensor];
    expect(() => normalizeAndPool([tf().reshape(x, [8, 3]), scale, offset], true)).toThrow('another rank');
    expect(() => normalizeAndPool([x, scale, normal('long', [4])], true)).toThrow('another length');
  });
});

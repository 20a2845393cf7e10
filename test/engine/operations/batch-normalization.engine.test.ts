import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import {
  type Afterwards,
  normalizeByBatch,
  normalizeByMoving,
  normalizeInParts,
} from '../../../src/engine/operations/batch-normalization.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSame, expectSameWithGradients, normal } from './numbers.js';

const epsilon = 1e-3;

/** Batch normalization written out. */
function composite(x: Tensor, scale: Tensor, offset: Tensor, mean: Tensor, variance: Tensor): Tensor {
  const { add, sub, mul, div, sqrt } = tf();
  return add(mul(scale, div(sub(x, mean), sqrt(add(variance, epsilon)))), offset);
}

function compositeByBatch(x: Tensor, scale: Tensor, offset: Tensor): Tensor {
  const { mean, variance } = tf().moments(x, [0, 1, 2]);
  return composite(x, scale, offset, mean, variance);
}

const ways = { 'our own operation': normalizeByBatch, "TensorFlow's kernels": normalizeInParts };

describe('batch normalization', () => {
  useEngine();
  const inputs = (shape: readonly number[] = [4, 3, 5, 6]) => {
    const channels = shape.slice(-1);
    return [normal('x', shape), normal('scale', channels), normal('offset', channels)];
  };

  describe.each(Object.entries(ways))('by the batch with %s', (_, way) => {
    // Fewer channels than a vector has; vectors and a rest; many chunks of rows, the last one not full.
    const shapes = [
      [4, 3, 5, 6],
      [3, 7, 5, 24],
      [11, 31, 33, 16],
    ];

    it.each(shapes)('of [%i, %i, %i, %i] has the values and gradients of arithmetic', (...shape) => {
      expectSameWithGradients(
        (x, scale, offset) => way(x as Tensor4D, scale as Tensor1D, offset as Tensor1D, epsilon).y,
        (x, scale, offset) => compositeByBatch(x as Tensor, scale as Tensor, offset as Tensor),
        inputs(shape),
      );
    });

    it.each(shapes)('of [%i, %i, %i, %i], rectified, has those of arithmetic', (...shape) => {
      expectSameWithGradients(
        (x, scale, offset) =>
          way(x as Tensor4D, scale as Tensor1D, offset as Tensor1D, epsilon, { rectify: true }).y,
        (x, scale, offset) => tf().relu(compositeByBatch(x as Tensor, scale as Tensor, offset as Tensor)),
        inputs(shape),
      );
    });

    it.each(shapes)(
      'of [%i, %i, %i, %i], with a shortcut and rectified, has those of arithmetic',
      (...shape) => {
        expectSameWithGradients(
          (x, scale, offset, shortcut) => {
            const after: Afterwards = { rectify: true, shortcut: shortcut as Tensor4D };
            return way(x as Tensor4D, scale as Tensor1D, offset as Tensor1D, epsilon, after).y;
          },
          (x, scale, offset, shortcut) => {
            const y = compositeByBatch(x as Tensor, scale as Tensor, offset as Tensor);
            return tf().relu(tf().add(y, shortcut as Tensor));
          },
          [...inputs(shape), normal('shortcut', shape)],
        );
      },
    );

    it('with a shortcut but no rectifier is the plain sum', () => {
      const [x, scale, offset] = inputs() as [Tensor4D, Tensor1D, Tensor1D];
      const shortcut = normal<Tensor4D>('shortcut', x.shape);
      expectSame(
        way(x, scale, offset, epsilon, { shortcut }).y,
        tf().add(compositeByBatch(x, scale, offset), shortcut),
      );
    });

    it.each([false, true])('hands on what is not a number through the rectifier, shortcut: %s', (added) => {
      const { tensor4d, ones, zeros } = tf();
      const x = tensor4d([Number.NaN, 1, 2, 3], [1, 2, 2, 1]);
      const after = { rectify: true, ...(added && { shortcut: ones([1, 2, 2, 1]) as Tensor4D }) };
      const y = way(x, ones([1]), zeros([1]), epsilon, after).y;
      expect(Array.from(y.dataSync()).every(Number.isNaN)).toBe(true);
    });

    it('tells the mean and the biased variance', () => {
      const [x, scale, offset] = inputs() as [Tensor4D, Tensor1D, Tensor1D];
      const found = way(x, scale, offset, epsilon);
      const { mean, variance } = tf().moments(x, [0, 1, 2]);
      expectSame(found.mean, mean);
      expectSame(found.variance, variance);
    });

    it('of a channel that is constant gives its offset and finite gradients', () => {
      const { ones, tensor1d, grad, sum } = tf();
      const x = ones([2, 2, 2, 1]) as Tensor4D;
      const y = way(x, tensor1d([3]), tensor1d([7]), epsilon).y;
      expect(Array.from(y.dataSync())).toEqual(Array(8).fill(7));
      const slope = grad((t) => sum(way(t as Tensor4D, tensor1d([3]), tensor1d([7]), epsilon).y))(x);
      expect(slope.dataSync().every(Number.isFinite)).toBe(true);
    });
  });

  // So many numbers that they go past the cache, and as many whose rows do not end where lines of the cache do.
  it.each([
    [17, 62, 63, 16],
    [29, 39, 39, 24],
  ])('by the batch gives what TensorFlow\u2019s kernels give of [%i, %i, %i, %i]', (...shape) => {
    const [x, scale, offset] = inputs(shape) as [Tensor4D, Tensor1D, Tensor1D];
    for (const after of [
      {},
      { rectify: true },
      { rectify: true, shortcut: normal<Tensor4D>('shortcut', shape) },
    ]) {
      const [own, parts] = [normalizeByBatch, normalizeInParts].map((way) =>
        way(x, scale, offset, epsilon, after),
      );
      expectSame(own?.y as Tensor, parts?.y as Tensor);
    }
  });

  it('by the batch keeps the variance of numbers far from zero', () => {
    const { add, ones, zeros } = tf();
    const x = normal<Tensor4D>('x', [8, 32, 32, 16]);
    const far = normalizeByBatch(add(x, 1000), ones([16]), zeros([16]), epsilon).variance.dataSync();
    const near = normalizeByBatch(x, ones([16]), zeros([16]), epsilon).variance.dataSync();
    // The shift rounds each number to 2⁻¹⁴; summing squares instead of squared deviations would lose the variance.
    far.forEach((variance, channel) => {
      expect(Math.abs(variance - (near[channel] ?? 0))).toBeLessThan(1e-5);
    });
  });

  it('by our own operation names both shapes of a shortcut that does not fit', () => {
    const { ones, zeros } = tf();
    const x = normal<Tensor4D>('x', [1, 4, 4, 16]);
    const after = { rectify: true, shortcut: normal<Tensor4D>('shortcut', [1, 2, 2, 64]) };
    expect(() => normalizeByBatch(x, ones([16]), zeros([16]), epsilon, after).y.dataSync()).toThrow(
      'a shortcut of shape [1, 2, 2, 64] instead of [1, 4, 4, 16]',
    );
  });

  it('by given statistics has the values and gradients of arithmetic', () => {
    const mean = normal<Tensor1D>('mean', [6]);
    const variance = tf().square(normal<Tensor1D>('variance', [6]));
    expectSameWithGradients(
      (x, scale, offset) =>
        normalizeByMoving(x as Tensor4D, scale as Tensor1D, offset as Tensor1D, mean, variance, epsilon),
      (x, scale, offset) => composite(x as Tensor, scale as Tensor, offset as Tensor, mean, variance),
      inputs(),
    );
  });

  it('by given statistics adds the shortcut and rectifies', () => {
    const { ones, zeros, tensor4d, tensor1d } = tf();
    const x = tensor4d([1, -1, 2, -2], [1, 2, 2, 1]);
    const after = { rectify: true, shortcut: tensor4d([0.5, 0.5, -3, 3], [1, 2, 2, 1]) };
    const y = normalizeByMoving(x, ones([1]), zeros([1]), tensor1d([0]), tensor1d([1]), 0, after);
    expect(Array.from(y.dataSync())).toEqual([1.5, 0, 0, 1]);
  });
});

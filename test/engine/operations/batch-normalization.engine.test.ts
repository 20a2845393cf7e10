import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { normalizeByBatch, normalizeByMoving } from '../../../src/engine/operations/batch-normalization.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSame, expectSameWithGradients, normal } from './numbers.js';

const epsilon = 1e-3;

/** Batch normalization written out. */
function composite(x: Tensor, scale: Tensor, offset: Tensor, mean: Tensor, variance: Tensor): Tensor {
  const { add, sub, mul, div, sqrt } = tf();
  return add(mul(scale, div(sub(x, mean), sqrt(add(variance, epsilon)))), offset);
}

describe('batch normalization', () => {
  useEngine();
  const inputs = () => [normal('x', [4, 3, 5, 6]), normal('scale', [6]), normal('offset', [6])];

  it('by the batch has the values and gradients of moments and arithmetic', () => {
    expectSameWithGradients(
      (x, scale, offset) => normalizeByBatch(x as Tensor4D, scale as Tensor1D, offset as Tensor1D, epsilon).y,
      (x, scale, offset) => {
        const { mean, variance } = tf().moments(x as Tensor, [0, 1, 2]);
        return composite(x as Tensor, scale as Tensor, offset as Tensor, mean, variance);
      },
      inputs(),
    );
  });

  it('by the batch tells the mean and the biased variance', () => {
    const [x, scale, offset] = inputs() as [Tensor4D, Tensor1D, Tensor1D];
    const found = normalizeByBatch(x, scale, offset, epsilon);
    const { mean, variance } = tf().moments(x, [0, 1, 2]);
    expectSame(found.mean, mean);
    expectSame(found.variance, variance);
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

  it('of a channel that is constant gives its offset and finite gradients', () => {
    const { ones, tensor1d, grad, sum } = tf();
    const x = ones([2, 2, 2, 1]) as Tensor4D;
    const y = normalizeByBatch(x, tensor1d([3]), tensor1d([7]), epsilon).y;
    expect(Array.from(y.dataSync())).toEqual(Array(8).fill(7));
    const slope = grad((t) => sum(normalizeByBatch(t as Tensor4D, tensor1d([3]), tensor1d([7]), epsilon).y))(
      x,
    );
    expect(slope.dataSync().every(Number.isFinite)).toBe(true);
  });
});

import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { addBias } from '../../../src/engine/operations/bias.js';
import { meanCrossEntropy } from '../../../src/engine/operations/cross-entropy.js';
import { averagePool } from '../../../src/engine/operations/pool.js';
import { rectify } from '../../../src/engine/operations/rectify.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSameWithGradients, normal } from './numbers.js';

describe('the bias', () => {
  useEngine();

  it.each([[[3, 5]], [[2, 3, 4, 5]]])('on %j has the values and gradients of an addition', (shape) => {
    expectSameWithGradients(
      (x, bias) => addBias(x as Tensor, bias as Tensor1D),
      (x, bias) => tf().add(x as Tensor, bias as Tensor),
      [normal('x', shape), normal('bias', [5])],
    );
  });

  it('used twice adds its gradients up', () => {
    const { grads, sum, mul, add } = tf();
    const [x, bias] = [normal<Tensor2D>('x', [3, 5]), normal<Tensor1D>('bias', [5])];
    const twice = grads((t, b) => sum(mul(addBias(addBias(t, b as Tensor1D), b as Tensor1D), add(t, 0))));
    const [, found] = twice([x, bias]);
    const expected = mul(sum(x, 0), 2);
    for (const [index, value] of (found as Tensor).dataSync().entries())
      expect(value).toBeCloseTo(expected.dataSync()[index] as number, 5);
  });
});

describe('the rectifier', () => {
  useEngine();

  it('has the values and gradients of tf.relu', () => {
    expectSameWithGradients(
      (x) => rectify(x as Tensor),
      (x) => tf().relu(x as Tensor),
      [normal('x', [4, 6])],
    );
  });

  it('lets no gradient through at zero and below', () => {
    const { grad, sum, tensor1d } = tf();
    const slope = grad((t) => sum(rectify(t)))(tensor1d([-1, 0, 1e-30, 1]));
    expect(Array.from(slope.dataSync())).toEqual([0, 0, 1, 1]);
  });
});

describe('pooling', () => {
  useEngine();

  it('has the values and gradients of a mean over height and width', () => {
    expectSameWithGradients(
      (x) => averagePool(x as Tensor4D),
      (x) => tf().mean(x as Tensor, [1, 2]),
      [normal('x', [2, 4, 3, 5])],
    );
  });
});

describe('the cross-entropy', () => {
  useEngine();
  const labels = [2, 0, 1, 2];

  it('has the value and gradient of tf.losses.softmaxCrossEntropy with one-hot labels', () => {
    const { losses, oneHot, tensor1d } = tf();
    expectSameWithGradients(
      (logits) => meanCrossEntropy(logits as Tensor2D, tensor1d(labels, 'int32')),
      (logits) => losses.softmaxCrossEntropy(oneHot(tensor1d(labels, 'int32'), 3), logits as Tensor),
      [normal('logits', [4, 3])],
    );
  });

  it('of equal logits is the logarithm of the number of classes', () => {
    const { zeros, tensor1d } = tf();
    const loss = meanCrossEntropy(zeros([4, 3]), tensor1d(labels, 'int32'));
    expect(loss.dataSync()[0]).toBeCloseTo(Math.log(3), 6);
  });

  it('of huge logits is finite, and linear in them', () => {
    const { tensor2d, tensor1d, grad } = tf();
    const logits = tensor2d([[1000, 0, -1000]]);
    const wrong = tensor1d([2], 'int32');
    expect(meanCrossEntropy(logits, wrong).dataSync()[0]).toBe(2000);
    const slope = grad((t) => meanCrossEntropy(t as Tensor2D, wrong))(logits);
    expect(Array.from(slope.dataSync())).toEqual([1, 0, -1]);
  });
});

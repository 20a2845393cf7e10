import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { matrixProduct } from '../../../src/engine/operations/matrix-product.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSameWithGradients, normal } from './numbers.js';

const flags = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

describe('the matrix product', () => {
  useEngine();

  it('multiplies rows by columns', () => {
    const product = matrixProduct(
      tf().tensor2d([
        [1, 2],
        [3, 4],
      ]),
      tf().tensor2d([
        [5, 6],
        [7, 8],
      ]),
    );
    expect(product.arraySync()).toEqual([
      [19, 22],
      [43, 50],
    ]);
  });

  it.each(flags)(
    'with left transposed %s and right transposed %s has the values and gradients of tf.matMul',
    (left, right) => {
      const a = normal<Tensor2D>('left', left ? [4, 3] : [3, 4]);
      const b = normal<Tensor2D>('right', right ? [5, 4] : [4, 5]);
      expectSameWithGradients(
        (x, y) => matrixProduct(x as Tensor2D, y as Tensor2D, left, right),
        (x, y) => tf().matMul(x as Tensor2D, y as Tensor2D, left, right),
        [a, b],
      );
    },
  );

  it.each(flags)('with left transposed %s and right transposed %s has a second derivative', (left, right) => {
    const a = normal<Tensor2D>('left', left ? [4, 3] : [3, 4]);
    const b = normal<Tensor2D>('right', right ? [5, 4] : [4, 5]);
    const slope = (product: (x: Tensor2D, y: Tensor2D) => Tensor) => (x: Tensor, y: Tensor) => {
      const { grad, sum, square } = tf();
      return grad((t) => sum(square(product(t as Tensor2D, y as Tensor2D))))(x);
    };
    expectSameWithGradients(
      slope((x, y) => matrixProduct(x, y, left, right)),
      slope((x, y) => tf().matMul(x, y, left, right)),
      [a, b],
    );
  });
});

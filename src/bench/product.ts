/** The product of two large matrices in single precision: what the machine can do at best. */
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { compile } from '../engine/compile.js';
import { matrixProduct } from '../engine/operations/matrix-product.js';
import { tf } from '../engine/tensorflow.js';

/** Rows and columns of the two matrices. */
export const productSize = 2048;

/** A function that multiplies two matrices inside a graph, which only one number of the product leaves; it returns that. */
export function productOnce(): () => number {
  const matrix = () => ({
    shape: [productSize, productSize],
    values: Float32Array.from({ length: productSize ** 2 }, (_, index) => (index % 7) - 3),
  });
  const product = compile(
    ({ left, right }) => {
      const whole = matrixProduct(left as Tensor2D, right as Tensor2D);
      return { state: {}, outputs: { corner: tf().slice(whole, [0, 0], [1, 1]) } };
    },
    { state: { left: matrix(), right: matrix() }, inputs: {} },
  );
  return () => product.run({}).corner?.[0] ?? Number.NaN;
}

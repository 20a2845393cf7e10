/** The product of two matrices by TensorFlow's plain kernel, which is faster here than the batched one of tfjs. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { type Kernel, run } from './kernel.js';

const kernel: Kernel<'left' | 'right'> = {
  name: 'SambenchMatrixProduct',
  inputs: ['left', 'right'],
  forward: ({ left, right }, { leftTransposed, rightTransposed }) =>
    execute(
      'MatMul',
      {
        T: { type: 'float32' },
        transpose_a: { bool: leftTransposed === true },
        transpose_b: { bool: rightTransposed === true },
      },
      [left, right],
      1,
    ),
  keeps: { inputs: ['left', 'right'], outputs: [] },
  gradient([dy], [left, right], { leftTransposed, rightTransposed }) {
    const product = (a: Tensor | undefined, b: Tensor | undefined, aT: boolean, bT: boolean) => () =>
      matrixProduct(a as Tensor2D, b as Tensor2D, aT, bT);
    const leftFlag = leftTransposed === true;
    const rightFlag = rightTransposed === true;
    return {
      left: leftFlag ? product(right, dy, rightFlag, true) : product(dy, right, false, !rightFlag),
      right: rightFlag ? product(dy, left, true, leftFlag) : product(left, dy, !leftFlag, false),
    };
  },
};

/** left · right, each transposed first where the flag says so. */
export function matrixProduct(
  left: Tensor2D,
  right: Tensor2D,
  leftTransposed = false,
  rightTransposed = false,
): Tensor2D {
  return run(kernel, { left, right }, { leftTransposed, rightTransposed })[0] as Tensor2D;
}

/** The end of a residual block whose shortcut is a convolution, by our own operation and by TensorFlow's. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { normalizeInParts } from '../../../src/engine/operations/batch-normalization.js';
import { convolveAndJoin } from '../../../src/engine/operations/normalized-convolution.js';
import { tf } from '../../../src/engine/tensorflow.js';
import type { Way } from './numbers.js';

const epsilon = 1e-3;

/** Of x, kernel, scale, offset, and the source and kernel of the shortcut. */
export const blockEnd: Way = (x, kernel, scale, offset, source, sourceKernel) =>
  convolveAndJoin(x as Tensor4D, kernel as Tensor4D, scale as Tensor1D, offset as Tensor1D, epsilon, {
    x: source as Tensor4D,
    kernel: sourceKernel as Tensor4D,
  }).y;

/** The same by TensorFlow's kernels, one after the other. */
export const blockEndInParts: Way = (x, kernel, scale, offset, source, sourceKernel) => {
  const product = tf().conv2d(x as Tensor4D, kernel as Tensor4D, 1, 'same');
  const shortcut = tf().conv2d(source as Tensor4D, sourceKernel as Tensor4D, 1, 'same');
  const after = { rectify: true, shortcut };
  return normalizeInParts(product, scale as Tensor1D, offset as Tensor1D, epsilon, after).y;
};

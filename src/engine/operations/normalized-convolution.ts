/** A convolution and the batch normalization after it, as one operation where there is one. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import {
  type Afterwards,
  type BatchNormalized,
  fusedKernels,
  isFused,
  normalizeByBatch,
  runFused,
} from './batch-normalization.js';
import { convolve } from './convolution.js';

/**
 * `normalizeByBatch` of `convolve` of x [batch, height, width, in] by `kernel` [height, width, in, out]. On processors a 1x1
 * convolution of stride 1 takes its moments, and gives its gradients, while the products are still in the cache.
 */
export function convolveAndNormalize(
  x: Tensor4D,
  kernel: Tensor4D,
  stride: number,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  after: Afterwards = {},
): BatchNormalized {
  return isFused(after) && isProjection(kernel, stride)
    ? runFused(projection, { x, kernel, scale, offset }, epsilon, after)
    : normalizeByBatch(convolve(x, kernel, stride), scale, offset, epsilon, after);
}

/** Whether native/project.cc computes this convolution: it takes sixteen channels at a time. */
function isProjection(kernel: Tensor4D, stride: number): boolean {
  const [height, width, channels, filters] = kernel.shape;
  return height === 1 && width === 1 && stride === 1 && channels % 16 === 0 && filters % 16 === 0;
}

/** The operation of native/project.cc; its fourth output is what was normalized, where that is kept. */
const projection = fusedKernels('SambenchProject', ['x', 'kernel'], 4);

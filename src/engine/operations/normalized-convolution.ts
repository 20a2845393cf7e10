/** A convolution and the batch normalization after it, as one operation where there is one. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { tf } from '../tensorflow.js';
import {
  type Afterwards,
  type BatchNormalized,
  fusedKernels,
  isFused,
  normalizeByBatch,
  runFused,
} from './batch-normalization.js';
import { convolve } from './convolution.js';
import { gradientOf } from './gradient.js';
import { type Kernel, run } from './kernel.js';

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

/** What `branchAndNormalize` returns. */
export interface Branched extends BatchNormalized {
  /** The input, for all else that reads it. */
  x: Tensor4D;
}

/**
 * `convolveAndNormalize` with stride 1 of an `x` that goes elsewhere as well, as the input of a residual block does. Where
 * what goes elsewhere is the returned `x`, the gradient from there joins that of the convolution while this is in the cache,
 * with the bits of a sum of the two.
 */
export function branchAndNormalize(
  x: Tensor4D,
  kernel: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  rectify: boolean,
): Branched {
  if (!isFused({ rectify }) || !isProjection(kernel, 1))
    return { ...convolveAndNormalize(x, kernel, 1, scale, offset, epsilon, { rectify }), x };
  const [y, mean, variance, , passed] = run(branching, { x, kernel, scale, offset }, { epsilon, rectify });
  return {
    y: y as Tensor4D,
    mean: mean as Tensor1D,
    variance: variance as Tensor1D,
    x: passed as Tensor4D,
  };
}

/** Whether native/project.cc computes this convolution: it takes sixteen channels at a time. */
function isProjection(kernel: Tensor4D, stride: number): boolean {
  const [height, width, channels, filters] = kernel.shape;
  return height === 1 && width === 1 && stride === 1 && channels % 16 === 0 && filters % 16 === 0;
}

/** The operation of native/project.cc; its fourth output is what was normalized, where that is kept. */
const projection = fusedKernels('SambenchProject', ['x', 'kernel'], 4);

/** `projection` without a shortcut, whose fifth output is x. */
const branching: Kernel<'x' | 'kernel' | 'scale' | 'offset'> = {
  ...projection.plain,
  name: 'SambenchBranchingProject',
  forward: (inputs, parameters) => [...projection.plain.forward(inputs, parameters), tf().clone(inputs.x)],
  gradient(dys, saved, { epsilon, rectify }) {
    const attributes = { epsilon: { float: Number(epsilon) }, rectify: { bool: rectify === true } };
    const all = [dys[0], ...saved, dys[4]] as Tensor[];
    const operation = 'SambenchBranchingProjectGrad';
    const gradients = gradientOf('SambenchProject', all, () => execute(operation, attributes, all, 4));
    const output = (index: number) => () => gradients[index] as Tensor;
    return { x: output(0), kernel: output(1), scale: output(2), offset: output(3) };
  },
};

/** A convolution and the batch normalization after it, as one operation where there is one. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { tf } from '../tensorflow.js';
import {
  type Afterwards,
  type BatchNormalized,
  fusedAttributes,
  fusedKernels,
  isFused,
  normalizeByBatch,
  runFused,
} from './batch-normalization.js';
import { convolve } from './convolution.js';
import { gradientsOf } from './gradient.js';
import { type Kernel, type Parameters, run } from './kernel.js';
import { sampledPixels } from './pool.js';

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
  /** Every `stride`-th pixel of the input along both axes, for all else that reads it. */
  x: Tensor4D;
}

/**
 * `convolveAndNormalize` with stride 1 of an `x` of which every `stride`-th pixel goes elsewhere as well, as the input of a
 * residual block does. Where what goes elsewhere is the returned `x`, the gradient from there joins that of the convolution
 * while this is in the cache, with the bits of a sum of the two.
 */
export function branchAndNormalize(
  x: Tensor4D,
  kernel: Tensor4D,
  stride: number,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  rectify: boolean,
): Branched {
  if (!isFused({ rectify }) || !isProjection(kernel, 1))
    return {
      ...convolveAndNormalize(x, kernel, 1, scale, offset, epsilon, { rectify }),
      x: sampledPixels(x, stride),
    };
  const parameters = { epsilon, rectify, stride };
  const [y, mean, variance, , passed] = run(branching, { x, kernel, scale, offset }, parameters);
  return {
    y: y as Tensor4D,
    mean: mean as Tensor1D,
    variance: variance as Tensor1D,
    x: passed as Tensor4D,
  };
}

/** A 1x1 convolution that makes a shortcut: of x [batch, height, width, in] by `kernel` [1, 1, in, out]. */
export interface ProjectedShortcut {
  x: Tensor4D;
  kernel: Tensor4D;
}

/**
 * `convolveAndNormalize` with stride 1, a `shortcut` that is itself a convolution, and the rectifier: how a residual block
 * that changes the number of channels ends. Where both are of the kind that native/project.cc computes, the shortcut never
 * leaves the cache.
 */
export function convolveAndJoin(
  x: Tensor4D,
  kernel: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  shortcut: ProjectedShortcut,
): BatchNormalized {
  const rectify = true;
  if (!isFused({ rectify }) || !isProjection(kernel, 1) || !isProjection(shortcut.kernel, 1)) {
    const after = { rectify, shortcut: convolve(shortcut.x, shortcut.kernel, 1) };
    return convolveAndNormalize(x, kernel, 1, scale, offset, epsilon, after);
  }
  const inputs = { x, kernel, scale, offset, source: shortcut.x, sourceKernel: shortcut.kernel };
  const [y, mean, variance] = run(residual, inputs, { epsilon, rectify });
  return { y: y as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

/** Whether native/project.cc computes this convolution: it takes sixteen channels at a time. */
function isProjection(kernel: Tensor4D, stride: number): boolean {
  const [height, width, channels, filters] = kernel.shape;
  return height === 1 && width === 1 && stride === 1 && channels % 16 === 0 && filters % 16 === 0;
}

/** The operation of native/project.cc; its fourth output is what was normalized, where that is kept. */
const projection = fusedKernels('SambenchProject', ['x', 'kernel'], 4);

/** `projection` without a shortcut, whose fifth output is every `stride`-th pixel of x. */
const branching: Kernel<'x' | 'kernel' | 'scale' | 'offset'> = {
  ...projection.plain,
  name: 'SambenchBranchingProject',
  forward(inputs, parameters) {
    const x = inputs.x as Tensor4D;
    const passed = parameters.stride === 1 ? tf().clone(x) : sampledPixels(x, Number(parameters.stride));
    return [...projection.plain.forward(inputs, parameters), passed];
  },
  gradient(dys, saved, parameters) {
    const stride = { int: Number(parameters.stride) } as const;
    const attributes = { ...fusedAttributes(parameters), stride, through: { bool: false } } as const;
    const all = [dys[0], ...saved, dys[4]] as Tensor[];
    const compute = () => execute('SambenchBranchingProjectGrad', attributes, all, 4);
    return gradientsOf('SambenchProject', ['x', 'kernel', 'scale', 'offset'], all, compute);
  },
};

const residualInputs = ['x', 'kernel', 'scale', 'offset', 'source', 'sourceKernel'] as const;

/** The source is read whole: its pixels are picked before, and inside the operation where graphs are fused. */
const residualAttributes = (parameters: Parameters) => ({
  ...fusedAttributes(parameters),
  stride: { int: 1 } as const,
});

/** `projection` with the convolution that makes its shortcut. */
const residual: Kernel<(typeof residualInputs)[number]> = {
  name: 'SambenchResidualProject',
  inputs: residualInputs,
  forward: (given, parameters) =>
    execute(
      'SambenchResidualProject',
      residualAttributes(parameters),
      residualInputs.map((input) => given[input]),
      4,
    ),
  keeps: { inputs: residualInputs, outputs: [0, 1, 2, 3] },
  gradient(dys, saved, parameters) {
    const all = [dys[0] as Tensor, ...saved];
    const attributes = residualAttributes(parameters);
    const compute = () => execute('SambenchResidualProjectGrad', attributes, all, residualInputs.length);
    return gradientsOf('SambenchResidualProject', residualInputs, all, compute);
  },
};

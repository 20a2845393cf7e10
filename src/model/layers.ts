/** The layers that the networks are built from, over named weights; batch statistics are gathered on the way. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import {
  type Afterwards,
  type BatchNormalized,
  normalizeByBatch,
  normalizeByMoving,
} from '../engine/operations/batch-normalization.js';
import { addBias } from '../engine/operations/bias.js';
import { convolve } from '../engine/operations/convolution.js';
import { matrixProduct } from '../engine/operations/matrix-product.js';
import {
  branchAndNormalize,
  convolveAndJoin,
  convolveAndNormalize,
} from '../engine/operations/normalized-convolution.js';
import { sampledPixels } from '../engine/operations/pool.js';
import { seededUniform, seedOf } from '../engine/operations/seeded.js';
import { tf } from '../engine/tensorflow.js';
import type { ModelSettings } from '../suite/cell.js';
import type { ForwardResult, NormalizationMode, ParameterSpec, Weights } from './network.js';
import { type ConvolutionalOptions, optionsOf } from './options.js';

/** One forward pass under way. */
export interface Pass {
  weights: Weights;
  mode: NormalizationMode;
  options: ConvolutionalOptions;
  /** Decides what is dropped; null drops nothing. */
  dropoutSeed: Tensor1D | null;
  /** Layers that have dropped units so far. */
  dropouts: number;
  /** Batch means and variances by the name of the moving statistic that they belong to; filled in mode `batch`. */
  statistics: Map<string, Tensor1D>;
}

/** Begins a forward pass. */
export function beginPass(
  weights: Weights,
  mode: NormalizationMode,
  settings: ModelSettings,
  dropoutSeed: Tensor1D | null = null,
): Pass {
  return { weights, mode, options: optionsOf(settings), dropoutSeed, dropouts: 0, statistics: new Map() };
}

/** Ends a forward pass with its logits. */
export function endPass(pass: Pass, logits: Tensor2D): ForwardResult {
  return { logits, statistics: pass.statistics };
}

/** Kernel of a convolution, and its bias where it has one. */
export function convolutionParameters(
  name: string,
  size: number,
  inputs: number,
  filters: number,
  useBias: boolean,
): ParameterSpec[] {
  const kernel: ParameterSpec = {
    name: `${name}.kernel`,
    shape: [size, size, inputs, filters],
    trainable: true,
    initializer: 'heNormal',
  };
  return useBias ? [kernel, biasParameter(name, filters)] : [kernel];
}

function biasParameter(name: string, size: number): ParameterSpec {
  return { name: `${name}.bias`, shape: [size], trainable: true, initializer: 'zeros' };
}

/** Scale, offset and moving statistics of a batch normalization. */
export function normalizationParameters(name: string, channels: number): ParameterSpec[] {
  return [
    { name: `${name}.gamma`, shape: [channels], trainable: true, initializer: 'ones' },
    { name: `${name}.beta`, shape: [channels], trainable: true, initializer: 'zeros' },
    { name: `${name}.moving_mean`, shape: [channels], trainable: false, initializer: 'zeros' },
    { name: `${name}.moving_variance`, shape: [channels], trainable: false, initializer: 'ones' },
  ];
}

/** Kernel of a fully connected layer, and its bias where it has one. */
export function denseParameters(
  name: string,
  inputs: number,
  outputs: number,
  useBias = true,
): ParameterSpec[] {
  const kernel: ParameterSpec = {
    name: `${name}.kernel`,
    shape: [inputs, outputs],
    trainable: true,
    initializer: 'heNormal',
  };
  return useBias ? [kernel, biasParameter(name, outputs)] : [kernel];
}

/** A convolution with its bias, where the network has biases. */
export function convolution(pass: Pass, x: Tensor4D, name: string, stride: number): Tensor4D {
  const y = convolve(x, pass.weights(`${name}.kernel`) as Tensor4D, stride);
  return pass.options.useBias ? addBias(y, vector(pass, `${name}.bias`)) : y;
}

/** What a normalization does besides: see `Afterwards`, and `offset`, which is added to its own. */
export interface Around extends Afterwards {
  offset?: Tensor1D;
}

/**
 * A convolution followed at once by a batch normalization. By the batch's own statistics the bias cancels out of the
 * result, so it is neither added nor given a gradient (which is exactly zero); it only shifts the recorded mean.
 */
export function normalizedConvolution(
  pass: Pass,
  x: Tensor4D,
  name: string,
  normalization: string,
  stride: number,
  around: Around = {},
): Tensor4D {
  if (pass.mode === 'moving') {
    return normalize(pass, convolution(pass, x, name, stride), normalization, around);
  }
  const kernel = pass.weights(`${name}.kernel`) as Tensor4D;
  const { scale, offset } = affine(pass, normalization, around);
  const found = convolveAndNormalize(x, kernel, stride, scale, offset, pass.options.bnEpsilon, around);
  return keepStatistics(pass, normalization, found, biasOf(pass, name));
}

function biasOf(pass: Pass, name: string): Tensor1D | null {
  return pass.options.useBias ? vector(pass, `${name}.bias`) : null;
}

/**
 * `normalizedConvolution` with stride 1 and the rectifier of an `x` of which every `stride`-th pixel goes elsewhere as well:
 * returns its result `y`, and those pixels as the `x` that all else should read, which saves the sum of two gradients a pass
 * over the memory.
 */
export function branchingConvolution(
  pass: Pass,
  x: Tensor4D,
  name: string,
  normalization: string,
  stride: number,
): { y: Tensor4D; x: Tensor4D } {
  if (pass.mode === 'moving') {
    const y = normalizedConvolution(pass, x, name, normalization, 1, { rectify: true });
    return { y, x: sampledPixels(x, stride) };
  }
  const { scale, offset } = affine(pass, normalization, {});
  const kernel = pass.weights(`${name}.kernel`) as Tensor4D;
  const found = branchAndNormalize(x, kernel, stride, scale, offset, pass.options.bnEpsilon, true);
  return { y: keepStatistics(pass, normalization, found, biasOf(pass, name)), x: found.x };
}

/**
 * `normalizedConvolution` with stride 1, a shortcut that the convolution `shortcut.name` makes of `shortcut.x`, and the
 * rectifier. The shortcut has no normalization of its own: its bias joins the offset of the one beside it.
 */
export function joiningConvolution(
  pass: Pass,
  x: Tensor4D,
  name: string,
  normalization: string,
  shortcut: { x: Tensor4D; name: string },
): Tensor4D {
  const bias = biasOf(pass, shortcut.name);
  const around: Around = bias ? { offset: bias } : {};
  const kernel = pass.weights(`${shortcut.name}.kernel`) as Tensor4D;
  if (pass.mode === 'moving') {
    const after = { ...around, rectify: true, shortcut: convolve(shortcut.x, kernel, 1) };
    return normalizedConvolution(pass, x, name, normalization, 1, after);
  }
  const { scale, offset } = affine(pass, normalization, around);
  const found = convolveAndJoin(
    x,
    pass.weights(`${name}.kernel`) as Tensor4D,
    scale,
    offset,
    pass.options.bnEpsilon,
    { x: shortcut.x, kernel },
  );
  return keepStatistics(pass, normalization, found, biasOf(pass, name));
}

/** Batch normalization of `x`, by the batch or by the moving statistics as the pass says. */
export function normalize(pass: Pass, x: Tensor4D, name: string, around: Around = {}): Tensor4D {
  const { scale, offset } = affine(pass, name, around);
  const epsilon = pass.options.bnEpsilon;
  if (pass.mode === 'moving') {
    const mean = vector(pass, `${name}.moving_mean`);
    const variance = vector(pass, `${name}.moving_variance`);
    return normalizeByMoving(x, scale, offset, mean, variance, epsilon, around);
  }
  return keepStatistics(pass, name, normalizeByBatch(x, scale, offset, epsilon, around), null);
}

/** Scale and offset of the normalization `name`. */
function affine(pass: Pass, name: string, around: Around): { scale: Tensor1D; offset: Tensor1D } {
  const beta = vector(pass, `${name}.beta`);
  const offset: Tensor1D = around.offset ? tf().add(beta, around.offset) : beta;
  return { scale: vector(pass, `${name}.gamma`), offset };
}

/** Keeps the statistics of the batch, whose mean lacks the `bias` of the convolution before; returns y. */
function keepStatistics(
  pass: Pass,
  name: string,
  { y, mean, variance }: BatchNormalized,
  bias: Tensor1D | null,
): Tensor4D {
  pass.statistics.set(`${name}.moving_mean`, bias ? (tf().add(mean, bias) as Tensor1D) : mean);
  pass.statistics.set(`${name}.moving_variance`, variance);
  return y;
}

/** A fully connected layer: x [batch, inputs] to [batch, outputs]. */
export function dense(pass: Pass, x: Tensor2D, name: string, useBias = true): Tensor2D {
  const product = matrixProduct(x, pass.weights(`${name}.kernel`) as Tensor2D);
  return useBias ? addBias(product, vector(pass, `${name}.bias`)) : product;
}

/**
 * Drops each value of `x` with probability `rate` and scales up the others (Srivastava et al. 2014, inverted). All passes
 * of a step drop the same, so that a perturbed loss is compared with the loss of the same thinned network.
 */
export function dropout<T extends Tensor>(pass: Pass, x: T, rate: number): T {
  if (!pass.dropoutSeed || rate === 0) return x;
  const { mul, cast, greaterEqual } = tf();
  const drawn = seededUniform(seedOf(pass.dropoutSeed, pass.dropouts++), x.shape);
  return mul(x, mul(cast(greaterEqual(drawn, rate), 'float32'), 1 / (1 - rate)));
}

/** The one-dimensional parameter `name`. */
export function vector(pass: Pass, name: string): Tensor1D {
  const found: Tensor = pass.weights(name);
  return found as Tensor1D;
}

/** The layers that the networks are built from, over named weights; batch statistics are gathered on the way. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { normalizeByBatch, normalizeByMoving } from '../engine/operations/batch-normalization.js';
import { addBias } from '../engine/operations/bias.js';
import { convolve } from '../engine/operations/convolution.js';
import { matrixProduct } from '../engine/operations/matrix-product.js';
import { tf } from '../engine/tensorflow.js';
import type { ForwardResult, NormalizationMode, ParameterSpec, Weights } from './network.js';

/** Added to the variance in every batch normalization, Keras' default. */
const epsilon = 1e-3;

/** One forward pass under way. */
export interface Pass {
  weights: Weights;
  mode: NormalizationMode;
  /** Batch means and variances by the name of the moving statistic that they belong to; filled in mode `batch`. */
  statistics: Map<string, Tensor1D>;
}

/** Begins a forward pass. */
export function beginPass(weights: Weights, mode: NormalizationMode): Pass {
  return { weights, mode, statistics: new Map() };
}

/** Ends a forward pass with its logits. */
export function endPass(pass: Pass, logits: Tensor2D): ForwardResult {
  return { logits, statistics: pass.statistics };
}

/** Kernel and bias of a convolution. */
export function convolutionParameters(
  name: string,
  size: number,
  inputs: number,
  filters: number,
): ParameterSpec[] {
  return [
    {
      name: `${name}.kernel`,
      shape: [size, size, inputs, filters],
      trainable: true,
      initializer: 'heNormal',
    },
    { name: `${name}.bias`, shape: [filters], trainable: true, initializer: 'zeros' },
  ];
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

/** Kernel and bias of a fully connected layer. */
export function denseParameters(name: string, inputs: number, outputs: number): ParameterSpec[] {
  return [
    { name: `${name}.kernel`, shape: [inputs, outputs], trainable: true, initializer: 'heNormal' },
    { name: `${name}.bias`, shape: [outputs], trainable: true, initializer: 'zeros' },
  ];
}

/** A convolution with its bias. */
export function convolution(pass: Pass, x: Tensor4D, name: string, stride: number): Tensor4D {
  return addBias(convolutionWithoutBias(pass, x, name, stride), vector(pass, `${name}.bias`));
}

/** A convolution whose bias someone else accounts for. */
export function convolutionWithoutBias(pass: Pass, x: Tensor4D, name: string, stride: number): Tensor4D {
  return convolve(x, pass.weights(`${name}.kernel`) as Tensor4D, stride);
}

/**
 * A convolution followed at once by a batch normalization. By the batch's own statistics the bias cancels out of the
 * result, so it is neither added nor given a gradient (which is exactly zero); it only shifts the recorded mean.
 * `offset` is added to the normalization's own.
 */
export function normalizedConvolution(
  pass: Pass,
  x: Tensor4D,
  name: string,
  normalization: string,
  stride: number,
  offset?: Tensor1D,
): Tensor4D {
  if (pass.mode === 'moving') {
    return normalize(pass, convolution(pass, x, name, stride), normalization, offset);
  }
  const y = normalize(pass, convolutionWithoutBias(pass, x, name, stride), normalization, offset);
  const meanName = `${normalization}.moving_mean`;
  const mean = pass.statistics.get(meanName);
  if (mean) pass.statistics.set(meanName, tf().add(mean, vector(pass, `${name}.bias`)));
  return y;
}

/** Batch normalization of `x`, by the batch or by the moving statistics as the pass says. */
export function normalize(pass: Pass, x: Tensor4D, name: string, offset?: Tensor1D): Tensor4D {
  const scale = vector(pass, `${name}.gamma`);
  const beta = vector(pass, `${name}.beta`);
  const shift: Tensor1D = offset ? tf().add(beta, offset) : beta;
  const meanName = `${name}.moving_mean`;
  const varianceName = `${name}.moving_variance`;
  if (pass.mode === 'moving') {
    return normalizeByMoving(x, scale, shift, vector(pass, meanName), vector(pass, varianceName), epsilon);
  }
  const { y, mean, variance } = normalizeByBatch(x, scale, shift, epsilon);
  pass.statistics.set(meanName, mean);
  pass.statistics.set(varianceName, variance);
  return y;
}

/** A fully connected layer: x [batch, inputs] to [batch, outputs]. */
export function dense(pass: Pass, x: Tensor2D, name: string): Tensor2D {
  const product = matrixProduct(x, pass.weights(`${name}.kernel`) as Tensor2D);
  return addBias(product, vector(pass, `${name}.bias`));
}

/** The one-dimensional parameter `name`. */
export function vector(pass: Pass, name: string): Tensor1D {
  const found: Tensor = pass.weights(name);
  return found as Tensor1D;
}

/** Batch normalization by TensorFlow's fused kernels, by the batch's own statistics or by given ones. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { tf } from '../tensorflow.js';
import { type Kernel, run } from './kernel.js';

type Input = 'x' | 'scale' | 'offset' | 'mean' | 'variance';

/** Outputs: y, batch mean, batch variance (with Bessel's correction), three reserves for the gradient. */
const kernel: Kernel<Input> = {
  name: 'SambenchBatchNormalization',
  inputs: ['x', 'scale', 'offset', 'mean', 'variance'],
  forward: ({ x, scale, offset, mean, variance }, { epsilon, byBatch }) =>
    execute(
      'FusedBatchNormV3',
      {
        T: { type: 'float32' },
        U: { type: 'float32' },
        epsilon: { float: Number(epsilon) },
        exponential_avg_factor: { float: 1 },
        data_format: { string: 'NHWC' },
        is_training: { bool: byBatch === true },
      },
      [x, scale, offset, mean, variance],
      6,
    ),
  keeps: { inputs: ['x', 'scale', 'mean', 'variance'], outputs: [3, 4, 5] },
  gradient(dys, [x, scale, mean, variance, savedMean, savedVariance, reserve], { epsilon, byBatch }) {
    // Normalizing by given statistics, the forward kernel saves none that the gradient's kernel could use.
    const statistics = byBatch === true ? [savedMean, savedVariance] : [mean, variance];
    // At once, not in the functions below: tfjs frees what one of them makes and does not return.
    const gradients = execute(
      'FusedBatchNormGradV3',
      {
        T: { type: 'float32' },
        U: { type: 'float32' },
        epsilon: { float: Number(epsilon) },
        data_format: { string: 'NHWC' },
        is_training: { bool: byBatch === true },
      },
      [dys[0], x, scale, ...statistics, reserve] as Tensor[],
      5,
    );
    const output = (index: number) => () => gradients[index] as Tensor;
    return { x: output(0), scale: output(1), offset: output(2) };
  },
};

/** What normalization by the batch returns. */
export interface BatchNormalized {
  y: Tensor4D;
  mean: Tensor1D;
  /** The biased variance, as Keras keeps it. */
  variance: Tensor1D;
}

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + offset with mean and variance over batch, height and width of `x`
 * [batch, height, width, channels]; the last two carry no gradient.
 */
export function normalizeByBatch(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
): BatchNormalized {
  const { tensor1d, mul } = tf();
  const none = tensor1d([]);
  const [y, mean, corrected] = run(
    kernel,
    { x, scale, offset, mean: none, variance: none },
    { epsilon, byBatch: true },
  );
  const count = x.size / (x.shape[3] ?? 1);
  return {
    y: y as Tensor4D,
    mean: mean as Tensor1D,
    variance: mul(corrected as Tensor1D, (count - 1) / count),
  };
}

/** The same with `mean` and `variance` given; they carry no gradient. */
export function normalizeByMoving(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  epsilon: number,
): Tensor4D {
  return run(kernel, { x, scale, offset, mean, variance }, { epsilon, byBatch: false })[0] as Tensor4D;
}

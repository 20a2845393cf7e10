/** Batch normalization by the batch's own statistics or by given ones, with the sum and the rectifier after it. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { backend, execute } from '../backend.js';
import { tf } from '../tensorflow.js';
import { type Kernel, run } from './kernel.js';
import { rectify } from './rectify.js';

/** What follows a normalization at once: a sum with `shortcut`, and the rectifier. */
export interface Afterwards {
  rectify?: boolean;
  shortcut?: Tensor4D;
}

/** What normalization by the batch returns. */
export interface BatchNormalized {
  y: Tensor4D;
  mean: Tensor1D;
  /** The biased variance, as Keras keeps it. */
  variance: Tensor1D;
}

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + offset with mean and variance over batch, height and width of `x`
 * [batch, height, width, channels], then what `after` says; mean and variance carry no gradient. On processors it is one
 * operation of our own, which passes over the memory less often than TensorFlow's kernels, one after the other, do.
 */
export function normalizeByBatch(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  after: Afterwards = {},
): BatchNormalized {
  // A shortcut without a rectifier after it is no part of the operation.
  const inParts = after.shortcut !== undefined && after.rectify !== true;
  if (inParts || backend().binding.isUsingGpuDevice())
    return normalizeInParts(x, scale, offset, epsilon, after);
  const parameters = { epsilon, rectify: after.rectify === true };
  const [y, mean, variance] = after.shortcut
    ? run(fusedWithShortcut, { x, scale, offset, shortcut: after.shortcut }, parameters)
    : run(fused, { x, scale, offset }, parameters);
  return { y: y as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

/** The same by TensorFlow's own kernels, one after the other. */
export function normalizeInParts(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  after: Afterwards = {},
): BatchNormalized {
  const { tensor1d, mul } = tf();
  const none = tensor1d([]);
  const [y, mean, corrected] = run(
    stock,
    { x, scale, offset, mean: none, variance: none },
    { epsilon, byBatch: true },
  );
  const count = x.size / (x.shape[3] ?? 1);
  return {
    y: continued(y as Tensor4D, after),
    mean: mean as Tensor1D,
    variance: mul(corrected as Tensor1D, (count - 1) / count),
  };
}

/** Normalization with `mean` and `variance` given; they carry no gradient. */
export function normalizeByMoving(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  epsilon: number,
  after: Afterwards = {},
): Tensor4D {
  const [y] = run(stock, { x, scale, offset, mean, variance }, { epsilon, byBatch: false });
  return continued(y as Tensor4D, after);
}

function continued(y: Tensor4D, after: Afterwards): Tensor4D {
  const summed = after.shortcut ? (tf().add(y, after.shortcut) as Tensor4D) : y;
  return after.rectify ? rectify(summed) : summed;
}

/** Our own operation (native/normalize.cc). Outputs: y, batch mean, biased batch variance. */
const fused: Kernel<'x' | 'scale' | 'offset'> = {
  name: 'SambenchNormalize',
  inputs: ['x', 'scale', 'offset'],
  forward: ({ x, scale, offset }, parameters) =>
    execute('SambenchNormalize', fusedAttributes(parameters, 0), [x, scale, offset], 3),
  keeps: { inputs: ['x', 'scale', 'offset'], outputs: [1, 2] },
  gradient(dys, kept, parameters) {
    // At once, not in the functions below: tfjs frees what one of them makes and does not return.
    const inputs = [dys[0], ...kept] as Tensor[];
    const gradients = execute('SambenchNormalizeGrad', fusedAttributes(parameters, 0), inputs, 3);
    const output = (index: number) => () => gradients[index] as Tensor;
    return { x: output(0), scale: output(1), offset: output(2) };
  },
};

/** The same with a shortcut that is added before the rectifier. */
const fusedWithShortcut: Kernel<'x' | 'scale' | 'offset' | 'shortcut'> = {
  name: 'SambenchNormalizeWithShortcut',
  inputs: ['x', 'scale', 'offset', 'shortcut'],
  forward: ({ x, scale, offset, shortcut }, parameters) =>
    execute('SambenchNormalize', fusedAttributes(parameters, 1), [x, scale, offset, shortcut], 3),
  keeps: { inputs: ['x', 'scale', 'offset'], outputs: [0, 1, 2] },
  gradient(dys, [x, scale, offset, y, mean, variance], parameters) {
    const inputs = [dys[0], x, scale, offset, mean, variance, y] as Tensor[];
    const gradients = execute('SambenchNormalizeGrad', fusedAttributes(parameters, 1), inputs, 4);
    const output = (index: number) => () => gradients[index] as Tensor;
    return { x: output(0), scale: output(1), offset: output(2), shortcut: output(3) };
  },
};

/** Attributes of our own operations that normalize. */
export function fusedAttributes(
  { epsilon, rectify }: Readonly<Record<string, number | boolean>>,
  shortcuts: number,
) {
  return {
    shortcuts: { int: shortcuts },
    epsilon: { float: Number(epsilon) },
    rectify: { bool: rectify === true },
  };
}

/** TensorFlow's kernel. Outputs: y, batch mean, batch variance (with Bessel's correction), three for the gradient. */
const stock: Kernel<'x' | 'scale' | 'offset' | 'mean' | 'variance'> = {
  name: 'SambenchStockNormalization',
  inputs: ['x', 'scale', 'offset', 'mean', 'variance'],
  forward: ({ x, scale, offset, mean, variance }, { epsilon, byBatch }) =>
    execute(
      'FusedBatchNormV3',
      { ...stockAttributes(epsilon, byBatch), exponential_avg_factor: { float: 1 } },
      [x, scale, offset, mean, variance],
      6,
    ),
  keeps: { inputs: ['x', 'scale', 'mean', 'variance'], outputs: [3, 4, 5] },
  gradient(dys, [x, scale, mean, variance, savedMean, savedVariance, reserve], { epsilon, byBatch }) {
    // Normalizing by given statistics, the forward kernel saves none that the gradient's kernel could use.
    const statistics = byBatch === true ? [savedMean, savedVariance] : [mean, variance];
    const inputs = [dys[0], x, scale, ...statistics, reserve] as Tensor[];
    const gradients = execute('FusedBatchNormGradV3', stockAttributes(epsilon, byBatch), inputs, 5);
    const output = (index: number) => () => gradients[index] as Tensor;
    return { x: output(0), scale: output(1), offset: output(2) };
  },
};

function stockAttributes(epsilon: number | boolean | undefined, byBatch: number | boolean | undefined) {
  return {
    T: { type: 'float32' },
    U: { type: 'float32' },
    epsilon: { float: Number(epsilon) },
    data_format: { string: 'NHWC' },
    is_training: { bool: byBatch === true },
  } as const;
}

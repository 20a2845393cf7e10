/** Batch normalization by the batch's own statistics or by given ones, with the sum and the rectifier after it. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { backend, execute } from '../backend.js';
import { tf } from '../tensorflow.js';
import { gradientOf, gradientsOf } from './gradient.js';
import { type Kernel, type Parameters, run } from './kernel.js';
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
  if (!isFused(after)) return normalizeInParts(x, scale, offset, epsilon, after);
  return runFused(fused, { x, scale, offset }, epsilon, after);
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

/** Whether our own operations do what comes `after`: on processors, but for a shortcut without a rectifier after it. */
export function isFused({ rectify, shortcut }: Afterwards): boolean {
  return (shortcut === undefined || rectify === true) && !backend().binding.isUsingGpuDevice();
}

/** The operation of native/normalize.cc. */
const fused = fusedKernels('SambenchNormalize', ['x'], 3);

/** Runs one of our own operations that end in a normalization. */
export function runFused<Leading extends string>(
  kernels: FusedKernels<Leading>,
  inputs: Record<Leading | 'scale' | 'offset', Tensor>,
  epsilon: number,
  { rectify, shortcut }: Afterwards,
): BatchNormalized {
  const parameters = { epsilon, rectify: rectify === true };
  const [y, mean, variance] = shortcut
    ? run(kernels.withShortcut, { ...inputs, shortcut }, parameters)
    : run(kernels.plain, inputs, parameters);
  return { y: y as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

/** The attributes that all our own operations with a normalization have. */
export function fusedAttributes({ epsilon, rectify }: Parameters) {
  return { epsilon: { float: Number(epsilon) }, rectify: { bool: rectify === true } } as const;
}

/** An operation without and with a shortcut. */
export interface FusedKernels<Leading extends string> {
  plain: Kernel<Leading | 'scale' | 'offset'>;
  withShortcut: Kernel<Leading | 'scale' | 'offset' | 'shortcut'>;
}

/**
 * An operation of our own that ends in a normalization, as two kernels: without and with a shortcut. Its inputs are
 * `leading`, scale, offset and the shortcut; its outputs y, batch mean, biased batch variance, and what else its gradient
 * reads, `outputs` in all. The gradient's operation takes dy and all that is kept, and gives the gradients of the inputs.
 */
export function fusedKernels<Leading extends string>(
  operation: string,
  leading: readonly Leading[],
  outputs: number,
): FusedKernels<Leading> {
  const kept: readonly (Leading | 'scale' | 'offset')[] = [...leading, 'scale', 'offset'];
  return {
    plain: fusedKernel<Leading | 'scale' | 'offset', never>(operation, operation, kept, null, outputs),
    withShortcut: fusedKernel(operation, `${operation}WithShortcut`, kept, 'shortcut', outputs),
  };
}

function fusedKernel<Kept extends string, Shortcut extends string>(
  operation: string,
  name: string,
  kept: readonly Kept[],
  shortcut: Shortcut | null,
  outputs: number,
): Kernel<Kept | Shortcut> {
  const inputs = shortcut === null ? kept : [...kept, shortcut];
  const attributes = (parameters: Parameters) => ({
    shortcuts: { int: shortcut === null ? 0 : 1 },
    ...fusedAttributes(parameters),
  });
  // The rectifier's gradient is recomputed from x; after a sum with a shortcut it needs y.
  const first = shortcut === null ? 1 : 0;
  return {
    name,
    inputs,
    forward: (given, parameters) =>
      execute(
        operation,
        attributes(parameters),
        inputs.map((input) => given[input]),
        outputs,
      ),
    keeps: { inputs: kept, outputs: Array.from({ length: outputs - first }, (_, index) => first + index) },
    gradient(dys, saved, parameters) {
      const all = [dys[0] as Tensor, ...saved];
      const compute = () => execute(`${operation}Grad`, attributes(parameters), all, inputs.length);
      return gradientsOf(operation, inputs, all, compute);
    },
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
    const attributes = stockAttributes(epsilon, byBatch);
    const gradients = gradientOf('FusedBatchNormV3', inputs, () =>
      execute('FusedBatchNormGradV3', attributes, inputs, 5),
    );
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

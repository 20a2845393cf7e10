/** Batch normalization and the mean over each image after it: by our own operation, by two, and by TensorFlow's kernels. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../../../src/engine/backend.js';
import type {
  BatchNormalized,
  normalizeByBatch,
  normalizeInParts,
} from '../../../src/engine/operations/batch-normalization.js';
import { averagePool } from '../../../src/engine/operations/pool.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { normal, type Way } from './numbers.js';

const epsilon = 1e-3;

/** x of this shape, scale and offset. */
export function pooledInputs(shape: readonly number[]): Tensor[] {
  const channels = shape.slice(3);
  return [normal('x', shape), normal('scale', channels), normal('offset', channels)];
}

/** The pooled values, mean and variance of our own operation; it has no gradient by itself. */
export function normalizeAndPool([x, scale, offset]: readonly Tensor[], rectify: boolean): Tensor[] {
  const inputs = [x, scale, offset] as Tensor[];
  return execute(
    'SambenchNormalizeAndPool',
    { epsilon: { float: epsilon }, rectify: { bool: rectify } },
    inputs,
    3,
  );
}

/** The gradients of x, scale and offset that our own operation gives for that of the pooled values. */
export function pooledGradients(dpooled: Tensor, inputs: readonly Tensor[], rectify: boolean): Tensor[] {
  const [, mean, variance] = normalizeAndPool(inputs, rectify);
  const all = [dpooled, ...inputs, mean, variance] as Tensor[];
  const attributes = { epsilon: { float: epsilon }, rectify: { bool: rectify } } as const;
  return execute('SambenchNormalizeAndPoolGrad', attributes, all, 3);
}

/** Our own operation and its gradient, as a function of x, scale and offset to [batch, channels]. */
export function pooledByOwn(rectify: boolean): Way {
  return (...inputs) =>
    tf().customGrad((...given) => {
      const tensors = given.slice(0, 3) as Tensor[];
      const [pooled] = normalizeAndPool(tensors, rectify) as [Tensor];
      const { shape } = pooled;
      const [batch = 0, , , channels = 0] = shape;
      return {
        value: tf().reshape(pooled, [batch, channels]),
        gradFunc: (dy: Tensor) => pooledGradients(tf().reshape(dy, shape), tensors, rectify),
      };
    })(...inputs);
}

/** The same by two operations, of which the first is our own or TensorFlow's. */
export function pooledByTwo(way: typeof normalizeByBatch | typeof normalizeInParts, rectify: boolean): Way {
  return (...inputs) => averagePool(normalized(way, inputs, rectify).y);
}

/** Only the normalization. */
export function normalized(
  way: typeof normalizeByBatch | typeof normalizeInParts,
  [x, scale, offset]: readonly Tensor[],
  rectify: boolean,
): BatchNormalized {
  return way(x as Tensor4D, scale as Tensor1D, offset as Tensor1D, epsilon, { rectify });
}

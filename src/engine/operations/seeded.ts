/**
 * Random tensors that are a pure function of a seed which they are given: two whole numbers from a stream of `stream.ts`,
 * fed to the program at every step.
 */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { tf } from '../tensorflow.js';

/** Standard normal numbers of `shape`; the same for the same `seed`, int32 [2], however many threads compute them. */
export function seededNormal<T extends Tensor>(seed: Tensor1D, shape: readonly number[]): T {
  return seeded('StatelessRandomNormal', seed, shape) as T;
}

/** Uniform numbers in [0, 1) of `shape`; the same for the same `seed`, int32 [2]. */
export function seededUniform<T extends Tensor>(seed: Tensor1D, shape: readonly number[]): T {
  return seeded('StatelessRandomUniform', seed, shape) as T;
}

/** The seed of one of many draws of a step: `seed` with `index` added to its second number, which may wrap around. */
export function seedOf(seed: Tensor1D, index: number): Tensor1D {
  const { add, tensor1d } = tf();
  return add(seed, tensor1d([0, index], 'int32'));
}

function seeded(name: string, seed: Tensor1D, shape: readonly number[]): Tensor {
  const lengths = tf().tensor1d([...shape], 'int32');
  const attributes = { dtype: { type: 'float32' }, T: { type: 'int32' }, Tseed: { type: 'int32' } } as const;
  return execute(name, attributes, [lengths, seed], 1)[0] as Tensor;
}

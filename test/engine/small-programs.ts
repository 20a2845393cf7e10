/** Small programs and functions whose results are known by hand, and the ways to run them. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { InputSpec, ProgramFunction, Tensors } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';

export const vector = (length: number): InputSpec => ({ shape: [length], dtype: 'float32' });
/** A vector of these values. */
export const host = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });

/** A running sum: the state is a sum and a count. */
export const summing = {
  state: { sum: host(1, 2), count: { shape: [], values: Int32Array.of(0) } },
  functions: {
    add: {
      inputs: { x: vector(2) },
      call: ({ sum, count }: Tensors, { x }: Tensors) => {
        const next = tf().add(sum as Tensor, x as Tensor);
        const counted = tf().add(count as Tensor, tf().scalar(1, 'int32'));
        return { state: { sum: next, count: counted }, outputs: { before: sum as Tensor, after: next } };
      },
    },
    look: {
      inputs: {},
      call: ({ sum }: Tensors) => ({ state: {}, outputs: { doubled: tf().mul(sum as Tensor, 2) } }),
    },
  },
};

/** A function of one input `x` and one output `y`, without state. */
export const output =
  (make: (x: Tensor) => Tensor): ProgramFunction =>
  (_, { x }) => ({ state: {}, outputs: { y: make(x as Tensor) } });

/** Both ways to run a program. */
export const bothWays = [
  ['operation by operation', runEagerly],
  ['compiled', compileProgram],
] as const;

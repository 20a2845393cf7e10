/** Elementwise operations for tests: programs of our own one, and the update of Adam as a program and in parts. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../../../src/engine/backend.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { normal } from './numbers.js';

/** The numbers of each tensor as bits; what is no number has many, of which none means more than the others. */
export function bitsOf(tensor: Tensor | Float32Array): Int32Array {
  const values = tensor instanceof Float32Array ? tensor : (tensor.dataSync() as Float32Array);
  return new Int32Array(
    Float32Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value)).buffer,
  );
}

/** Runs `program` (see native/elementwise.h) with `results` as outputs. */
export function elementwise(
  inputs: readonly Tensor[],
  program: readonly number[][],
  results: readonly number[],
) {
  const { length } = results;
  const lists = { program: { ints: program.flat() }, results: { ints: results } };
  const attributes = { inputs: { int: inputs.length }, outputs: { int: length }, ...lists };
  return execute('SambenchElementwise', attributes, inputs, length);
}

/** Adam's update of g, m, v, w with shares of both moments, rate and epsilon; gives m, v, w. */
export const adamProgram = [
  [1, 0, 1],
  [2, 8, 4],
  [0, 1, 9],
  [2, 0, 0],
  [1, 11, 2],
  [2, 12, 5],
  [0, 2, 13],
  [2, 10, 6],
  [4, 14, 14],
  [0, 16, 7],
  [3, 15, 17],
  [1, 3, 18],
];
export const adamResults = [10, 14, 19];
/** The same by TensorFlow's operations. */
export const adamInParts = ([g, m, v, w, first, second, rate, epsilon]: Tensor[]) => {
  const { add, sub, mul, div, sqrt, square } = tf();
  const moved = add(m as Tensor, mul(sub(g as Tensor, m as Tensor), first as Tensor));
  const spread = add(v as Tensor, mul(sub(square(g as Tensor), v as Tensor), second as Tensor));
  const step = div(mul(moved, rate as Tensor), add(sqrt(spread), epsilon as Tensor));
  return [moved, spread, sub(w as Tensor, step)];
};
/** Seeded inputs of `size` numbers. */
export const adamInputs = (size: number) => {
  const { square, scalar } = tf();
  const [g, m, v, w] = ['g', 'm', 'v', 'w'].map((name) => normal(name, [size])) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return [g, m, square(v), w, scalar(0.1), scalar(0.001), scalar(0.01), scalar(1e-7)];
};

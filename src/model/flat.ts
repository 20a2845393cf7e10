/** One flat vector for all trainable parameters of a network, and another for all moving statistics. */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../engine/tensorflow.js';
import type { ParameterLayout } from '../optimizer/rule.js';
import type { ParameterSpec, Weights } from './network.js';

/** Where each parameter and each statistic lies in its vector. */
export interface FlatLayout {
  trainable: ParameterLayout;
  statistics: ParameterLayout;
}

/** The layout of `parameters`, in their order. */
export function flatLayout(parameters: readonly ParameterSpec[]): FlatLayout {
  return {
    trainable: place(parameters.filter(({ trainable }) => trainable)),
    statistics: place(parameters.filter(({ trainable }) => !trainable)),
  };
}

/** The number of values that a layout spans. */
export function lengthOf(layout: ParameterLayout): number {
  return layout.reduce((sum, { size }) => sum + size, 0);
}

/** Cuts the two vectors into named weights. The gradient of a parameter that nothing reads is zero. */
export function namedWeights(parameters: Tensor1D, statistics: Tensor1D | null, layout: FlatLayout): Weights {
  const pieces = new Map<string, Tensor>([
    ...cut(parameters, layout.trainable),
    ...(statistics ? cut(statistics, layout.statistics) : []),
  ]);
  return (name) => {
    const found = pieces.get(name);
    if (!found) throw new Error(`no parameter is called ${name}`);
    return found;
  };
}

/** The batch statistics of one pass in the order of the layout; null for a network without any. */
export function flatStatistics(batch: ReadonlyMap<string, Tensor1D>, layout: FlatLayout): Tensor1D | null {
  if (layout.statistics.length === 0) return null;
  return tf().concat1d(
    layout.statistics.map(({ name }) => {
      const found = batch.get(name);
      if (!found) throw new Error(`the pass gave no batch statistic for ${name}`);
      return found;
    }),
  );
}

/** The moving statistics after one step: the share `momentum` of the old, the rest of the batch's. */
export function movedStatistics(moving: Tensor1D, batch: Tensor1D, momentum: number): Tensor1D {
  const { add, mul } = tf();
  return add(mul(moving, momentum), mul(batch, 1 - momentum));
}

function place(specs: readonly ParameterSpec[]): ParameterLayout {
  let offset = 0;
  return specs.map(({ name, shape }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const placed = { name, offset, size, shape };
    offset += size;
    return placed;
  });
}

function cut(vector: Tensor1D, layout: ParameterLayout): [string, Tensor][] {
  if (layout.length === 0) return [];
  const { split, reshape } = tf();
  const pieces = split(
    vector,
    layout.map(({ size }) => size),
  );
  return layout.map(({ name, shape }, index) => [
    name,
    shape.length === 1 ? (pieces[index] as Tensor) : reshape(pieces[index] as Tensor, [...shape]),
  ]);
}

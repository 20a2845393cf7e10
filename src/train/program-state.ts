/** The state of a step's program by name: whose an entry is stands before it, as in `base.velocity`. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { HostTensor, Tensors } from '../engine/program.js';
import type { OptimizerState, StateShapes } from '../optimizer/rule.js';

/** The weights, and the moving statistics of a network that has some. */
export function core(state: Tensors): { parameters: Tensor1D; statistics: Tensor1D | null } {
  return {
    parameters: state.parameters as Tensor1D,
    statistics: (state.statistics as Tensor1D | undefined) ?? null,
  };
}

/** The entries of `owner`, by their own names. */
export function stateOf(owner: string, state: Tensors): OptimizerState {
  const entries = Object.entries(state).filter(([name]) => name.startsWith(`${owner}.`));
  return Object.fromEntries(
    entries.map(([name, tensor]) => [name.slice(owner.length + 1), tensor as Tensor1D]),
  );
}

/** Entries under the names that they have in the program. */
export function named(owner: string, state: OptimizerState): Tensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`${owner}.${name}`, tensor]));
}

/** Entries of `owner` before training, all zero. */
export function zeroState(owner: string, shapes: StateShapes, size: number): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      `${owner}.${name}`,
      shape === 'vector' ? hostVector(new Float32Array(size)) : { shape: [], values: new Float32Array(1) },
    ]),
  );
}

/** A vector on the host. */
export function hostVector(values: Float32Array): HostTensor {
  return { shape: [values.length], values };
}

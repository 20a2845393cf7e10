/**
 * What can be run: pure functions over shared state, either operation by operation (`eager.ts`) or as a compiled graph
 * (`compile.ts`). Both give the same interface and, but for fused kernels, the same numbers.
 */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';

/** Values on the host, row-major, with their shape. */
export interface HostTensor {
  shape: readonly number[];
  values: Float32Array | Int32Array | Uint8Array;
}

/** Kind and shape of a tensor that a program is fed. A `uint8` one reaches the function as whole numbers. */
export interface InputSpec {
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'uint8';
}

export type Tensors = Record<string, Tensor>;

/**
 * A pure function of tfjs operations. It returns the state entries that it changes, and its outputs. It must not read
 * values on the host, and its shapes must not depend on values.
 */
export type ProgramFunction = (state: Tensors, inputs: Tensors) => { state: Tensors; outputs: Tensors };

/** Functions by name over one state. */
export interface ProgramDefinition<Name extends string> {
  state: Record<string, HostTensor>;
  functions: Record<Name, { inputs: Record<string, InputSpec>; call: ProgramFunction }>;
}

/** Functions ready to run, and the state that lives between runs. */
export interface Program<Name extends string> {
  /** Runs one function and keeps its new state; returns its outputs. */
  run(name: Name, inputs: Record<string, HostTensor['values']>): Record<string, Float32Array>;
  /** A copy of the state. */
  read(): Record<string, HostTensor>;
  /** Replaces the given entries of the state. */
  write(state: Record<string, HostTensor>): void;
  /** Frees all that it holds. */
  dispose(): void;
}

/** Throws a RangeError that names `label` when `values` do not have the size of `shape`. */
export function checkSize(label: string, shape: readonly number[], values: HostTensor['values']): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (values.length !== size) {
    throw new RangeError(`${label}: ${values.length} values do not fill the shape [${shape.join(', ')}]`);
  }
}

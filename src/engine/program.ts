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

/** Kind and shape of a tensor that a program is fed or keeps. A `uint8` one reaches the function as whole numbers. */
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

/** Functions by name over one state, whose entries are of float32 or int32. */
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

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/**
 * Throws where `values` are of another kind than `spec` says (TypeError), whose bytes a graph would take for other
 * numbers, or do not fill its shape (RangeError); both name `label`.
 */
export function checkValues(label: string, { shape, dtype }: InputSpec, values: HostTensor['values']): void {
  if (!(values instanceof arrays[dtype])) {
    throw new TypeError(`${label}: needs ${arrays[dtype].name} for ${dtype}, got ${kindOf(values)}`);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  if (values.length !== size) {
    throw new RangeError(`${label}: ${values.length} values do not fill the shape [${shape.join(', ')}]`);
  }
}

/** Kind and shape of the entries of a state; throws a TypeError for one that is neither float32 nor int32. */
export function stateSpecs(state: Record<string, HostTensor>): ReadonlyMap<string, InputSpec> {
  const specs = Object.entries(state).map(([name, { shape, values }]) => {
    const dtype = values instanceof Float32Array ? 'float32' : 'int32';
    const spec: InputSpec = { shape, dtype };
    checkValues(name, spec, values);
    return [name, spec] as const;
  });
  return new Map(specs);
}

/** Throws where `entries` are not of the state that `specs` describe: an unknown name, another kind, another shape. */
export function checkEntries(
  specs: ReadonlyMap<string, InputSpec>,
  entries: Record<string, HostTensor>,
): void {
  for (const [name, { shape, values }] of Object.entries(entries)) {
    const spec = specOf(specs, name);
    checkValues(name, spec, values);
    if (!sameShape(shape, spec.shape)) {
      throw new RangeError(`${name}: has the shape [${spec.shape.join(', ')}], not [${shape.join(', ')}]`);
    }
  }
}

/** Throws where a function did not return what it should: the state that `specs` describe, and numbers as outputs. */
export function checkResult(
  specs: ReadonlyMap<string, InputSpec>,
  result: ReturnType<ProgramFunction>,
): void {
  if (!isRecord(result?.state) || !isRecord(result.outputs)) {
    // Nobody waits for a promise: what becomes of it must not end the process.
    Promise.resolve(result).catch(() => {});
    throw new TypeError('a function of a program returns { state, outputs }, at once and not as a promise');
  }
  for (const [name, { shape, dtype }] of Object.entries(result.state)) {
    const spec = specOf(specs, name);
    if (dtype !== spec.dtype || !sameShape(shape, spec.shape)) {
      throw new TypeError(
        `${name}: is ${dtype} [${shape.join(', ')}] after the function, ${spec.dtype} [${spec.shape.join(', ')}] before`,
      );
    }
  }
  for (const [name, { dtype }] of Object.entries(result.outputs)) {
    if (dtype === 'complex64' || dtype === 'string')
      throw new TypeError(`${name}: outputs of ${dtype} are not read`);
  }
}

function specOf(specs: ReadonlyMap<string, InputSpec>, name: string): InputSpec {
  const spec = specs.get(name);
  if (!spec) throw new Error(`the program's state has no entry ${name}`);
  return spec;
}

function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((length, index) => length === right[index]);
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function kindOf(values: unknown): string {
  return ArrayBuffer.isView(values) ? values.constructor.name : typeof values;
}

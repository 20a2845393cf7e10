/** Calls one TensorFlow operation on the native backend: the only way in which our own kernels reach TensorFlow. */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-node-gpu';
import { tf } from './tensorflow.js';

/** An attribute of an operation: its kind, as TensorFlow calls it, and its value. */
export type Attributes = Readonly<
  Record<
    string,
    | { type: 'float32' | 'int32' }
    | { bool: boolean }
    | { int: number }
    | { float: number }
    | { string: string }
    | { ints: readonly number[] }
    | { shape: readonly number[] }
  >
>;

/** An attribute as the native binding takes it. */
export interface NativeAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** The part of the native binding that this project calls. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_SHAPE: number;
  isUsingGpuDevice(): boolean;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
}

/** The part of tfjs's native backend that this project calls. */
export interface NativeBackend {
  binding: Binding;
  executeSingleOutput(name: string, attributes: NativeAttribute[], inputs: TensorInfo[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: NativeAttribute[],
    inputs: TensorInfo[],
    outputs: number,
  ): Tensor[];
  readSync(dataId: object): unknown;
  read(dataId: object): Promise<unknown>;
}

/** tfjs's native backend. */
export function backend(): NativeBackend {
  return tf().backend() as unknown as NativeBackend;
}

/** Runs operation `name` and returns its `outputs` tensors. */
export function execute(
  name: string,
  attributes: Attributes,
  inputs: readonly TensorInfo[],
  outputs: number,
): Tensor[] {
  const native = backend();
  return native.executeMultipleOutputs(
    name,
    nativeAttributes(attributes, native.binding),
    [...inputs],
    outputs,
  );
}

function nativeAttributes(attributes: Attributes, binding: Binding): NativeAttribute[] {
  return Object.entries(attributes).map(([name, attribute]) => {
    if ('type' in attribute) {
      return {
        name,
        type: binding.TF_ATTR_TYPE,
        value: attribute.type === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT,
      };
    }
    if ('bool' in attribute) return { name, type: binding.TF_ATTR_BOOL, value: attribute.bool };
    if ('int' in attribute) return { name, type: binding.TF_ATTR_INT, value: attribute.int };
    if ('float' in attribute) return { name, type: binding.TF_ATTR_FLOAT, value: attribute.float };
    if ('string' in attribute) return { name, type: binding.TF_ATTR_STRING, value: attribute.string };
    if ('shape' in attribute) return { name, type: binding.TF_ATTR_SHAPE, value: [...attribute.shape] };
    return { name, type: binding.TF_ATTR_INT, value: [...attribute.ints] };
  });
}

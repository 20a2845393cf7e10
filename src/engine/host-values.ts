/** Values on their way between the host and a graph: TensorFlow's numbers of data types, feeds, and what comes back. */
import { backend } from './backend.js';
import type { GraphOutput } from './graph.js';
import type { NativeFeed } from './native.js';
import type { HostTensor, InputSpec } from './program.js';

/** `values` for a placeholder. */
export function feedOf({ node, dtype, shape }: GraphOutput, values: HostTensor['values']): NativeFeed {
  return { operation: node, dtype, shape: shape ?? [], values };
}

/** TensorFlow's number of the data type of an input. */
export function dtypeOf({ dtype }: InputSpec): number {
  const { TF_FLOAT, TF_INT32, TF_UINT8 } = backend().binding;
  return { float32: TF_FLOAT, int32: TF_INT32, uint8: TF_UINT8 }[dtype];
}

/** An output as single-precision numbers, whichever kind it has. */
export function floats(dtype: number, values: ArrayBuffer): Float32Array {
  const { TF_FLOAT, TF_BOOL } = backend().binding;
  if (dtype === TF_FLOAT) return new Float32Array(values);
  return Float32Array.from(dtype === TF_BOOL ? new Uint8Array(values) : new Int32Array(values));
}

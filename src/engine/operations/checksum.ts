/** A checksum of a vector's bits that does not depend on the order of summation. */
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { tf } from '../tensorflow.js';

const half = 65536;

/** The sum of the values' bits as whole numbers of 32 bits, modulo 2^32: its low and its high half, each 0 to 65535. */
export function checksum(x: Tensor1D): Tensor1D {
  const { sum, mod, floorDiv, scalar, stack, cast } = tf();
  const bits = execute('Bitcast', { T: { type: 'float32' }, type: { type: 'int32' } }, [x], 1)[0] as Tensor;
  const total: Scalar = sum(bits);
  const low = mod(total, scalar(half, 'int32'));
  const high = mod(floorDiv(total, scalar(half, 'int32')), scalar(half, 'int32'));
  return cast(stack([low, high]), 'float32') as Tensor1D;
}

/** The same of values on the host. */
export function checksumOf(values: Float32Array): [low: number, high: number] {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let total = 0;
  for (const value of bits) total = (total + value) | 0;
  return [total & (half - 1), total >>> 16];
}

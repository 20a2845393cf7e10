/** Seeded tensors, and comparisons of what two ways of computing give, for the tests of operations. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { expect } from 'vitest';
import { tf } from '../../../src/engine/tensorflow.js';
import { stream } from '../../../src/stream.js';

/** A tensor of standard normal numbers, the same for the same name. */
export function normal<T extends Tensor>(name: string, shape: readonly number[]): T {
  const random = stream(1, 'test', name);
  const length = shape.reduce((product, size) => product * size, 1);
  return tf().tensor(
    Float32Array.from({ length }, () => random.normal()),
    [...shape],
  ) as T;
}

/** Expects the same bytes; compares them at once, as one by one takes long for large arrays. */
export function expectBytes(found: ArrayBufferView, expected: ArrayBufferView): void {
  const [left, right] = [found, expected].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  ) as [Buffer, Buffer];
  if (!left.equals(right)) expect(found).toEqual(expected);
}

/** A function of tensors with one output, as an operation or as what it should equal. */
export type Way = (...inputs: Tensor[]) => Tensor;

/** Expects two tensors to have one shape and, up to rounding, the same values. */
export function expectSame(found: Tensor, expected: Tensor, label = 'values'): void {
  expect(found.shape, label).toEqual(expected.shape);
  const reference = Array.from(expected.dataSync());
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = Array.from(found.dataSync()).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (reference[index] as number))),
    0,
  );
  expect(difference, label).toBeLessThanOrEqual(2e-5 * largest + 1e-7);
}

/** Expects an operation to have the values and the gradients of `composite` at `inputs`, for a random cotangent. */
export function expectSameWithGradients(operation: Way, composite: Way, inputs: readonly Tensor[]): void {
  tf().tidy(() => {
    const { grads, mul, sum } = tf();
    const expected = composite(...inputs);
    expectSame(operation(...inputs), expected);
    const cotangent = normal('cotangent', expected.shape);
    const gradients = [operation, composite].map((way) =>
      grads((...given: Tensor[]) => sum(mul(way(...given), cotangent)))([...inputs]),
    );
    inputs.forEach((_, index) => {
      expectSame(
        gradients[0]?.[index] as Tensor,
        gradients[1]?.[index] as Tensor,
        `gradient of input ${index + 1}`,
      );
    });
  });
}

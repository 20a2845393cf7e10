/** Arithmetic on flat vectors that several rules share. */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../engine/tensorflow.js';

/** The L2 norm of a vector. */
export function norm(vector: Tensor1D): Scalar {
  const { sqrt, sum, square } = tf();
  return sqrt(sum(square(vector)) as Scalar);
}

/** The inner product of two vectors. */
export function dot(left: Tensor1D, right: Tensor1D): Scalar {
  const { sum, mul } = tf();
  return sum(mul(left, right));
}

/** The cosine of the angle between two vectors; 0 where one of them is zero. */
export function cosine(left: Tensor1D, right: Tensor1D): Scalar {
  const { div, mul, add } = tf();
  return div(dot(left, right), add(mul(norm(left), norm(right)), 1e-12));
}

/** `vector` scaled to the L2 norm `length`: length * vector / (|vector| + 1e-12). */
export function scaledToNorm(vector: Tensor1D, length: number): Tensor1D {
  const { mul, div, add } = tf();
  return mul(vector, div(length, add(norm(vector), 1e-12)));
}

/** 1 - beta^steps, exact in float32 for beta near 1: -expm1(steps ln beta). */
export function biasCorrection(beta: number, steps: Scalar): Scalar {
  const { neg, expm1, mul } = tf();
  return neg(expm1(mul<Scalar>(steps, Math.log(beta))));
}

/** The part of `vector` at right angles to `other`: vector - (vector.other / (|other|² + 1e-24)) other. */
export function orthogonalTo(vector: Tensor1D, other: Tensor1D): Tensor1D {
  const { sub, mul, div, add } = tf();
  return sub(vector, mul(other, div(dot(vector, other), add(dot(other, other), 1e-24))));
}

/** Division that stays a division when TensorFlow rewrites a graph. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../tensorflow.js';
import { hidden } from './hidden.js';

/**
 * x / divisor, correctly rounded. TensorFlow turns a division by a constant into a product with its rounded reciprocal,
 * which is off in the last bit for some values; a hidden divisor is no constant to it. No gradient.
 */
export function exactQuotient<T extends Tensor>(x: T, divisor: number): T {
  const { div, scalar } = tf();
  return div(x, hidden(scalar(divisor)));
}

/** Division that stays a division when TensorFlow rewrites a graph. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { tf } from '../tensorflow.js';

/**
 * x / divisor, correctly rounded. TensorFlow turns a division by a constant into a product with its rounded reciprocal,
 * which is off in the last bit for some values; a placeholder with a default hides the constant from it. No gradient.
 */
export function exactQuotient<T extends Tensor>(x: T, divisor: number): T {
  const { div, scalar } = tf();
  const hidden = execute(
    'PlaceholderWithDefault',
    { dtype: { type: 'float32' }, shape: { shape: [] } },
    [scalar(divisor)],
    1,
  )[0] as Tensor;
  return div(x, hidden);
}

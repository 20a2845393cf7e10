/** Pooling over the whole image. */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../tensorflow.js';

/** The mean over height and width: x [batch, height, width, channels] to [batch, channels]. */
export function averagePool(x: Tensor4D): Tensor2D {
  const { avgPool, reshape } = tf();
  const [batch, height, width, channels] = x.shape;
  return reshape(avgPool(x, [height, width], 1, 'valid'), [batch, channels]);
}

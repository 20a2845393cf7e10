/** Pooling over the whole image, and picking pixels out of it. */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../tensorflow.js';

/** The mean over height and width: x [batch, height, width, channels] to [batch, channels]. */
export function averagePool(x: Tensor4D): Tensor2D {
  const { avgPool, reshape } = tf();
  const [batch, height, width, channels] = x.shape;
  return reshape(avgPool(x, [height, width], 1, 'valid'), [batch, channels]);
}

/** Every `stride`-th pixel of `x` along both axes, from the first on: [batch, height / stride, width / stride, channels]. */
export function sampledPixels(x: Tensor4D, stride: number): Tensor4D {
  // The mean of one number is that number.
  return stride === 1 ? x : tf().avgPool(x, 1, stride, 'same');
}

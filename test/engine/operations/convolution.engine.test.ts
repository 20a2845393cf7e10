import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { convolve } from '../../../src/engine/operations/convolution.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSameWithGradients, normal } from './numbers.js';

describe('the convolution', () => {
  useEngine();

  it.each([
    [1, 1, 6],
    [1, 2, 6],
    [1, 2, 5],
    [3, 1, 6],
    [3, 2, 6],
    [3, 2, 5],
  ])(
    'with a kernel of %s and stride %s on %s pixels has the values and gradients of tf.conv2d',
    (size, stride, pixels) => {
      expectSameWithGradients(
        (x, kernel) => convolve(x as Tensor4D, kernel as Tensor4D, stride),
        (x, kernel) => tf().conv2d(x as Tensor4D, kernel as Tensor4D, stride, 'same'),
        [normal('x', [2, pixels, pixels + 1, 3]), normal('kernel', [size, size, 3, 4])],
      );
    },
  );

  it('of even sizes with stride 2 pads after, not before, as TensorFlow does', () => {
    // One pixel in the first corner: with padding before, a 3x3 kernel's centre would lie on it.
    const x = tf().tensor4d([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 4, 4, 1]);
    const kernel = tf().tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]);
    expect(Array.from(convolve(x, kernel, 2).dataSync())).toEqual([1, 0, 0, 0]);
  });

  it('with a 1x1 kernel of stride 2 reads every other pixel from the first', () => {
    const x = tf().tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [1, 4, 4, 1]);
    expect(Array.from(convolve(x, tf().tensor4d([10], [1, 1, 1, 1]), 2).dataSync())).toEqual([
      10, 30, 90, 110,
    ]);
  });
});

import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { convolve } from '../../../src/engine/operations/convolution.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSameWithGradients, normal } from './numbers.js';

/** The convolution beside TensorFlow's own. */
function expectConvolution(x: readonly number[], kernel: readonly number[], stride: number): void {
  expectSameWithGradients(
    (images, taps) => convolve(images as Tensor4D, taps as Tensor4D, stride),
    (images, taps) => tf().conv2d(images as Tensor4D, taps as Tensor4D, stride, 'same'),
    [normal('x', x), normal('kernel', kernel)],
  );
}

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
    (size, stride, pixels) => expectConvolution([2, pixels, pixels + 1, 3], [size, size, 3, 4], stride),
  );

  it.each([
    [1, [2, 8, 8, 16], 16],
    [1, [3, 7, 5, 16], 32],
    [1, [1, 1, 1, 32], 16],
    [1, [2, 3, 2, 48], 80],
    [2, [2, 8, 8, 16], 16],
    [2, [3, 7, 9, 32], 16],
    [2, [3, 2, 3, 48], 80],
    [2, [1, 1, 1, 16], 16],
  ])(
    'by minimal filtering with stride %s of images %j to %s channels has the values and gradients of tf.conv2d',
    (stride, shape, filters) => expectConvolution(shape, [3, 3, shape[3] as number, filters], stride),
  );

  it.each([1, 2])('by minimal filtering of more tiles than a block with stride %s is as exact', (stride) => {
    expectConvolution([5, 16, 16, 64], [3, 3, 64, 64], stride);
  });

  it.each([1, 2])(
    'by minimal filtering with stride %s of whole numbers gives whole numbers exactly',
    (stride) => {
      const whole = (name: string, shape: readonly number[]) =>
        tf().round(tf().mul(normal(name, shape), 2)) as Tensor4D;
      const x = whole('x', [2, 6, 6, 16]);
      const kernel = whole('kernel', [3, 3, 16, 16]);
      expect(Array.from(convolve(x, kernel, stride).dataSync())).toEqual(
        Array.from(tf().conv2d(x, kernel, stride, 'same').dataSync()),
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

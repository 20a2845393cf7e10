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

/** The convolution with stride 1 as one sum after the other in double precision, whose sums and products `round` rounds. */
function directly(x: Tensor4D, kernel: Tensor4D, round: (value: number) => number): number[] {
  const [batch, height, width, channels] = x.shape;
  const filters = kernel.shape[3];
  const [images, taps] = [x.dataSync(), kernel.dataSync()];
  const sums: number[] = [];
  for (let image = 0; image < batch; image++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let filter = 0; filter < filters; filter++) {
        let sum = 0;
        for (let tap = 0; tap < 9; tap++) {
          const row = Math.floor(pixel / width) + Math.floor(tap / 3) - 1;
          const column = (pixel % width) + (tap % 3) - 1;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          for (let channel = 0; channel < channels; channel++) {
            const value = images[((image * height + row) * width + column) * channels + channel] as number;
            const weight = taps[(tap * channels + channel) * filters + filter] as number;
            sum = round(sum + round(value * weight));
          }
        }
        sums.push(sum);
      }
    }
  }
  return sums;
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

  it.each([1, 2])(
    'by minimal filtering of more tiles than a block with stride %s has the values and gradients of tf.conv2d',
    (stride) => {
      expectConvolution([5, 16, 16, 64], [3, 3, 64, 64], stride);
    },
  );

  it('by minimal filtering with stride 2 of whole numbers gives whole numbers exactly', () => {
    const whole = (name: string, shape: readonly number[]) =>
      tf().round(tf().mul(normal(name, shape), 2)) as Tensor4D;
    const x = whole('x', [2, 6, 6, 16]);
    const kernel = whole('kernel', [3, 3, 16, 16]);
    expect(Array.from(convolve(x, kernel, 2).dataSync())).toEqual(
      Array.from(tf().conv2d(x, kernel, 2, 'same').dataSync()),
    );
  });

  it('by minimal filtering with stride 1 rounds at most three times as much as one sum after the other', () => {
    const [pixels, channels] = [8, 32];
    const x = normal<Tensor4D>('x', [4, pixels, pixels, channels]);
    const kernel = normal<Tensor4D>('kernel', [3, 3, channels, channels]);
    const exact = directly(x, kernel, (value) => value);
    const distance = (found: ArrayLike<number>) =>
      Math.hypot(...exact.map((value, index) => value - (found[index] as number)));
    const ratio = distance(convolve(x, kernel, 1).dataSync()) / distance(directly(x, kernel, Math.fround));
    expect(ratio).toBeLessThan(3);
  });

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

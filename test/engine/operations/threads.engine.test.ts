import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { normalizeInParts } from '../../../src/engine/operations/batch-normalization.js';
import { convolve } from '../../../src/engine/operations/convolution.js';
import { convolveAndNormalize } from '../../../src/engine/operations/normalized-convolution.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSameWithGradients, normal, type Way } from './numbers.js';

/** Convolutions with their normalization, over more chunks and tiles than there are threads. */
const cases: [string, number[], number][] = [
  ['1x1', [1, 1, 16, 32], 1],
  ['3x3', [3, 3, 16, 32], 1],
  ['3x3 with stride 2', [3, 3, 16, 32], 2],
];

describe('with three threads our own operations', () => {
  useEngine({ threads: 3 });

  const inputs = (taps: readonly number[]) => [
    normal('x', [9, 15, 17, 16]),
    normal('kernel', taps),
    normal('scale', taps.slice(3)),
    normal('offset', taps.slice(3)),
  ];
  const own =
    (stride: number): Way =>
    (x, kernel, scale, offset) => {
      const [images, taps] = [x as Tensor4D, kernel as Tensor4D];
      const after = { rectify: true };
      return convolveAndNormalize(images, taps, stride, scale as Tensor1D, offset as Tensor1D, 1e-3, after).y;
    };

  it.each(cases)('of %s have the values and gradients of TensorFlow\u2019s', (_, taps, stride) => {
    expectSameWithGradients(
      own(stride),
      (x, kernel, scale, offset) => {
        const y = tf().conv2d(x as Tensor4D, kernel as Tensor4D, stride, 'same');
        return normalizeInParts(y, scale as Tensor1D, offset as Tensor1D, 1e-3, { rectify: true }).y;
      },
      inputs(taps),
    );
  });

  it.each(cases)('of %s give the same bits every time', (_, taps, stride) => {
    const once = () => {
      const { grads, sum, square } = tf();
      const gradients = grads((...given: Tensor[]) => sum(square(own(stride)(...given))))(inputs(taps));
      return gradients.map((gradient) => Array.from(gradient.dataSync()));
    };
    const first = once();
    for (let turn = 0; turn < 5; turn++) expect(once()).toEqual(first);
  });

  it('of a batch of nothing give a kernel no gradient', () => {
    const { zeros, grad, sum } = tf();
    const x = zeros([0, 6, 6, 16]) as Tensor4D;
    const slope = grad((kernel: Tensor) => sum(convolve(x, kernel as Tensor4D, 1)))(
      normal('kernel', [3, 3, 16, 16]),
    );
    expect(slope.dataSync().every((value) => value === 0)).toBe(true);
  });
});

import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { type Afterwards, normalizeInParts } from '../../../src/engine/operations/batch-normalization.js';
import {
  branchAndNormalize,
  convolveAndNormalize,
} from '../../../src/engine/operations/normalized-convolution.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { blockEnd, blockEndInParts } from './block-end.js';
import { expectSame, expectSameWithGradients, normal, type Way } from './numbers.js';

const epsilon = 1e-3;

/** Images, a kernel, scale and offset. */
function inputsOf(images: readonly number[], taps: readonly number[]): Tensor[] {
  const filters = taps.slice(3);
  return [normal('x', images), normal('kernel', taps), normal('scale', filters), normal('offset', filters)];
}

describe('a convolution with its normalization', () => {
  useEngine();

  // The fused way with whole vectors, with parts of panels, over many chunks, over so many that they go past the cache, with
  // products that are kept and (four times as wide) that are not; and the ways that are not fused.
  const cases: [string, number[], number[], number][] = [
    ['1x1', [2, 5, 4, 16], [1, 1, 16, 64], 1],
    ['1x1 of odd panels', [3, 3, 3, 48], [1, 1, 48, 80], 1],
    ['1x1 over many chunks', [9, 31, 17, 16], [1, 1, 16, 32], 1],
    ['1x1 to many channels over many chunks', [9, 31, 17, 16], [1, 1, 16, 80], 1],
    ['1x1 past the cache', [33, 33, 31, 16], [1, 1, 16, 32], 1],
    ['1x1 of few channels', [2, 5, 4, 3], [1, 1, 3, 6], 1],
    ['1x1 with a stride', [2, 6, 6, 16], [1, 1, 16, 16], 2],
    ['3x3', [2, 6, 6, 16], [3, 3, 16, 32], 1],
  ];

  describe.each(cases)('%s', (_, images, taps, stride) => {
    const inputs = () => inputsOf(images, taps);
    const parts = (x: Tensor, kernel: Tensor) =>
      tf().conv2d(x as Tensor4D, kernel as Tensor4D, stride, 'same');

    const own =
      (after: Afterwards): Way =>
      (x, kernel, scale, offset, shortcut) => {
        const [images, weights] = [x as Tensor4D, kernel as Tensor4D];
        const around = shortcut ? { ...after, shortcut: shortcut as Tensor4D } : after;
        return convolveAndNormalize(
          images,
          weights,
          stride,
          scale as Tensor1D,
          offset as Tensor1D,
          epsilon,
          around,
        ).y;
      };
    const inParts =
      (after: Afterwards): Way =>
      (x, kernel, scale, offset, shortcut) => {
        const around = shortcut ? { ...after, shortcut: shortcut as Tensor4D } : after;
        const y = parts(x as Tensor, kernel as Tensor);
        return normalizeInParts(y, scale as Tensor1D, offset as Tensor1D, epsilon, around).y;
      };

    it.each([false, true])('has the values and gradients of the two, rectified: %s', (rectify) => {
      expectSameWithGradients(own({ rectify }), inParts({ rectify }), inputs());
    });

    it('has those of the two with a shortcut', () => {
      const [x, kernel] = inputs() as [Tensor, Tensor];
      const all = [...inputs(), normal('shortcut', parts(x, kernel).shape)];
      expectSameWithGradients(own({ rectify: true }), inParts({ rectify: true }), all);
    });

    it('tells the statistics of the two', () => {
      const [x, kernel, scale, offset] = inputs() as [Tensor4D, Tensor4D, Tensor1D, Tensor1D];
      const found = convolveAndNormalize(x, kernel, stride, scale, offset, epsilon);
      const expected = normalizeInParts(parts(x, kernel), scale, offset, epsilon);
      expectSame(found.mean, expected.mean);
      expectSame(found.variance, expected.variance);
    });
  });

  // The gradient of what is four times as wide is made of sums of squares of its input.
  it('to many channels keeps its gradients where numbers are far from zero', () => {
    const { add, grads, mul, round, sum } = tf();
    const [x, ...others] = inputsOf([9, 31, 17, 16], [1, 1, 16, 64]) as [Tensor, ...Tensor[]];
    // Of few digits, so that the shift takes none away.
    const near = mul(round(mul(x, 1024)), 1 / 1024);
    const cotangent = normal('cotangent', [9, 31, 17, 64]);
    const gradientsAt = (at: Tensor) =>
      grads((images: Tensor, kernel: Tensor, scale: Tensor, offset: Tensor) => {
        const [given, taps] = [images as Tensor4D, kernel as Tensor4D];
        const found = convolveAndNormalize(given, taps, 1, scale as Tensor1D, offset as Tensor1D, epsilon);
        return sum(mul(found.y, cotangent));
      })([at, ...others]);
    const expected = gradientsAt(near);
    gradientsAt(add(near, 1000)).forEach((gradient, index) => {
      expectSame(gradient, expected[index] as Tensor, `gradient of input ${index + 1}`);
    });
  });
});

/** Two results in one vector. */
function both(first: Tensor, second: Tensor): Tensor {
  return tf().concat([first.flatten(), second.flatten()]);
}

describe('a convolution with its normalization at a branch', () => {
  useEngine();

  // With a stride over rows and columns of odd and even numbers, and chunks that begin anywhere in a row.
  const cases: [string, number[], number[], number][] = [
    ['from a block that is wider', [9, 31, 17, 64], [1, 1, 64, 16], 1],
    ['from a block as wide', [3, 5, 7, 48], [1, 1, 48, 48], 1],
    ['from a block four times as narrow', [9, 31, 17, 16], [1, 1, 16, 64], 1],
    ['of few channels', [2, 5, 4, 3], [1, 1, 3, 6], 1],
    ['that every second pixel takes', [9, 31, 18, 64], [1, 1, 64, 16], 2],
    ['that every third pixel takes', [2, 5, 8, 16], [1, 1, 16, 64], 3],
    ['of one row with a stride that is longer', [2, 1, 7, 16], [1, 1, 16, 32], 9],
    ['of few channels that every second pixel takes', [2, 5, 4, 3], [1, 1, 3, 6], 2],
  ];

  describe.each(cases)('%s', (_, images, taps, stride) => {
    const inputs = () => inputsOf(images, taps);
    /** Every `stride`-th pixel, by the one tap of a convolution of each channel. */
    const sampled = (x: Tensor) => {
      const [, , , channels = 0] = x.shape;
      return tf().depthwiseConv2d(x as Tensor4D, tf().ones([1, 1, channels, 1]), stride, 'same');
    };

    it.each([false, true])('gives and takes as two that read the same input, rectified: %s', (rectify) => {
      const atOnce: Way = (x, kernel, scale, offset) => {
        const [images, weights] = [x as Tensor4D, kernel as Tensor4D];
        const branched = branchAndNormalize(
          images,
          weights,
          stride,
          scale as Tensor1D,
          offset as Tensor1D,
          epsilon,
          rectify,
        );
        return both(branched.y, tf().square(branched.x));
      };
      const apart: Way = (x, kernel, scale, offset) => {
        const product = tf().conv2d(x as Tensor4D, kernel as Tensor4D, 1, 'same');
        const { y } = normalizeInParts(product, scale as Tensor1D, offset as Tensor1D, epsilon, { rectify });
        return both(y, tf().square(sampled(x as Tensor)));
      };
      expectSameWithGradients(atOnce, apart, inputs());
    });
  });

  it('gives the bits of the convolution and of the sum of both gradients', () => {
    const all = inputsOf([9, 31, 17, 64], [1, 1, 64, 16]);
    const [x, kernel, scale, offset] = all as [Tensor4D, Tensor4D, Tensor1D, Tensor1D];
    const cotangent = normal('cotangent', [9, 31, 17, 16]);
    const { add, grad, mul, square, sum } = tf();
    const through = (given: Tensor) =>
      convolveAndNormalize(given as Tensor4D, kernel, 1, scale, offset, epsilon, { rectify: true }).y;
    const branch = (given: Tensor) =>
      branchAndNormalize(given as Tensor4D, kernel, 1, scale, offset, epsilon, true);
    const bits = (tensor: Tensor) => Buffer.from(Float32Array.from(tensor.dataSync()).buffer);
    expect(bits(branch(x).y).equals(bits(through(x)))).toBe(true);
    const joined = grad((given) => {
      const { y, x: passed } = branch(given);
      return add(sum(mul(y, cotangent)), sum(square(passed)));
    })(x);
    const first = grad((given) => sum(mul(through(given), cotangent)))(x);
    const second = grad((given) => sum(square(given)))(x);
    expect(bits(joined).equals(bits(add(first, second)))).toBe(true);
  });
});

describe('a convolution with its normalization and a shortcut that is another convolution', () => {
  useEngine();

  // Whole panels and parts of them; products that are kept and (four times as wide) that are not; and a way that is not fused.
  const cases: [string, number[], number[], number][] = [
    ['from a wider source', [3, 5, 7, 16], [1, 1, 16, 32], 64],
    ['over many chunks', [9, 31, 17, 64], [1, 1, 64, 80], 16],
    ['to many channels over many chunks', [9, 31, 17, 16], [1, 1, 16, 64], 16],
    ['to many channels past the cache', [17, 33, 31, 16], [1, 1, 16, 64], 16],
    ['from a source of few channels', [2, 5, 4, 16], [1, 1, 16, 32], 3],
    ['of few channels', [2, 5, 4, 3], [1, 1, 3, 6], 16],
  ];

  it.each(cases)('has the values and gradients of all of them %s', (_, images, taps, width) => {
    const [filters = 0] = taps.slice(3);
    const inputs = [
      ...inputsOf(images, taps),
      normal('source', [...images.slice(0, 3), width]),
      normal('source kernel', [1, 1, width, filters]),
    ];
    expectSameWithGradients(blockEnd, blockEndInParts, inputs);
  });

  it('refuses a shortcut of another shape', () => {
    const shortcut = [normal('source', [2, 5, 3, 16]), normal('source kernel', [1, 1, 16, 32])];
    const inputs = [...inputsOf([2, 5, 4, 16], [1, 1, 16, 32]), ...shortcut];
    expect(() => blockEnd(...inputs).dataSync()).toThrow('a shortcut by a 1x1 convolution of another shape');
  });
});

import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { normalizeInParts } from '../../../src/engine/operations/batch-normalization.js';
import { convolve } from '../../../src/engine/operations/convolution.js';
import {
  branchAndNormalize,
  convolveAndNormalize,
} from '../../../src/engine/operations/normalized-convolution.js';
import { sampledPixels } from '../../../src/engine/operations/pool.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { blockEnd, blockEndInParts } from './block-end.js';
import { adamInParts, adamInputs, adamProgram, adamResults, bitsOf, elementwise } from './elementwise.js';
import { expectBytes, expectSameWithGradients, normal, type Way } from './numbers.js';
import { pooledByOwn, pooledByTwo, pooledInputs } from './pooled-normalization.js';

const few = [9, 15, 17, 16];

/** Convolutions with their normalization, over more chunks and tiles than there are threads. */
const cases: [string, number[], number[], number][] = [
  ['1x1', few, [1, 1, 16, 32], 1],
  ['1x1 to many channels', few, [1, 1, 16, 64], 1],
  ['3x3', few, [3, 3, 16, 32], 1],
  ['3x3 with stride 2', few, [3, 3, 16, 32], 2],
  ['1x1 past the cache', [33, 33, 31, 16], [1, 1, 16, 32], 1],
];

describe('with three threads our own operations', () => {
  useEngine({ threads: 3 });

  const inputs = (taps: readonly number[], images: readonly number[] = few) => [
    normal('x', images),
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

  it.each(cases)('of %s have the values and gradients of TensorFlow\u2019s', (_, images, taps, stride) => {
    expectSameWithGradients(
      own(stride),
      (x, kernel, scale, offset) => {
        const y = tf().conv2d(x as Tensor4D, kernel as Tensor4D, stride, 'same');
        return normalizeInParts(y, scale as Tensor1D, offset as Tensor1D, 1e-3, { rectify: true }).y;
      },
      inputs(taps, images),
    );
  });

  it.each(cases)('of %s give the same bits every time', (_, images, taps, stride) => {
    const once = () => {
      const { grads, sum, square } = tf();
      const gradients = grads((...given: Tensor[]) => sum(square(own(stride)(...given))))(
        inputs(taps, images),
      );
      return gradients.map((gradient) => Array.from(gradient.dataSync()));
    };
    const first = once();
    for (let turn = 0; turn < 5; turn++) expect(once()).toEqual(first);
  });

  // Over strands of chunks, which the threads share, with products that are kept and that are not.
  describe.each([32, 64])('of a shortcut that is a convolution to %s channels', (filters) => {
    const all = () => [
      ...inputs([1, 1, 16, filters]),
      normal('source', [9, 15, 17, 48]),
      normal('source kernel', [1, 1, 48, filters]),
    ];

    it('have the values and gradients of TensorFlow\u2019s', () => {
      expectSameWithGradients(blockEnd, blockEndInParts, all());
    });

    it('give the same bits every time', () => {
      const once = () => {
        const { grads, sum, square } = tf();
        const gradients = grads((...given: Tensor[]) => sum(square(blockEnd(...given))))(all());
        return gradients.map((gradient) => Array.from(gradient.dataSync()));
      };
      const first = once();
      for (let turn = 0; turn < 5; turn++) expect(once()).toEqual(first);
    });
  });

  // More chunks of rows than threads, which end amid images.
  it('of a mean over each image have the values and gradients of TensorFlow\u2019s, and the same bits every time', () => {
    const [own, inputs] = [pooledByOwn(true), pooledInputs([29, 9, 7, 256])];
    expectSameWithGradients(own, pooledByTwo(normalizeInParts, true), inputs);
    const once = () => {
      const { grads, sum, square } = tf();
      const gradients = grads((...given: Tensor[]) => sum(square(own(...given))))(inputs);
      return tf().concat([own(...inputs), ...gradients].map((each) => each.flatten()));
    };
    const first = bitsOf(once());
    for (let turn = 0; turn < 5; turn++) expectBytes(bitsOf(once()), first);
  });

  it('at a branch that every second pixel takes have the gradient of both ways', () => {
    const [x, kernel, scale, offset] = inputs([1, 1, 16, 32]) as [Tensor4D, Tensor4D, Tensor1D, Tensor1D];
    const { add, grad, square, sum } = tf();
    const branch: Way = (given) => {
      const { y, x: passed } = branchAndNormalize(given as Tensor4D, kernel, 2, scale, offset, 1e-3, true);
      return add(sum(square(y)), sum(square(passed)));
    };
    const through: Way = (given) =>
      sum(
        square(convolveAndNormalize(given as Tensor4D, kernel, 1, scale, offset, 1e-3, { rectify: true }).y),
      );
    const around: Way = (given) => sum(square(sampledPixels(given as Tensor4D, 2)));
    const [joined, first, second] = [branch, through, around].map((way) => grad(way)(x)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    expect(Array.from(joined.dataSync())).toEqual(Array.from(add(first, second).dataSync()));
  });

  it('on numbers of equal place have the bits of TensorFlow\u2019s', () => {
    const inputs = adamInputs(40_003);
    const expected = adamInParts(inputs).map(bitsOf);
    for (let turn = 0; turn < 5; turn++) {
      elementwise(inputs, adamProgram, adamResults).forEach((output, index) => {
        expectBytes(bitsOf(output), expected[index] as Int32Array);
      });
    }
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

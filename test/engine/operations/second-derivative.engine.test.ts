/** Our operations have gradients, and these none: what would be lost without a word is an error. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import {
  normalizeByBatch,
  normalizeByMoving,
  normalizeInParts,
} from '../../../src/engine/operations/batch-normalization.js';
import { addBias } from '../../../src/engine/operations/bias.js';
import { convolve } from '../../../src/engine/operations/convolution.js';
import { meanCrossEntropy } from '../../../src/engine/operations/cross-entropy.js';
import { matrixProduct } from '../../../src/engine/operations/matrix-product.js';
import {
  branchAndNormalize,
  convolveAndJoin,
  convolveAndNormalize,
} from '../../../src/engine/operations/normalized-convolution.js';
import { rectify } from '../../../src/engine/operations/rectify.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectSame, normal, type Way } from './numbers.js';

useEngine();

const image = [2, 4, 4, 16];
const [x, y, taps, pixelTaps] = [
  () => normal('x', image),
  () => normal<Tensor4D>('y', image),
  () => normal('taps', [3, 3, 16, 16]),
  () => normal<Tensor4D>('pixel taps', [1, 1, 16, 16]),
];
const vector = (name: string) => normal<Tensor1D>(name, [16]);

/** The gradient of the sum of squares of `way`, whose cotangent depends on its input. */
const slopeOfSquares =
  (way: Way): Way =>
  (t) =>
    tf().grad((u) => tf().sum(tf().square(way(u))))(t as Tensor);

/** The gradient of `way` against a fixed cotangent, which depends on its input by what the operation has kept. */
const slopeAlong =
  (way: Way): Way =>
  (t) =>
    tf().grad((u) => {
      const found = way(u);
      return tf().sum(tf().mul(found, normal('cotangent', found.shape)));
    })(t as Tensor);

const derivative = (way: Way, at: Tensor): Tensor => tf().grad((t) => tf().sum(tf().square(way(t))))(at);

const operations: [string, Way, () => Tensor, kept: boolean][] = [
  ['the rectifier', (t) => rectify(t), x, false],
  ['a bias', (t) => addBias(y(), t as Tensor1D), () => vector('bias'), false],
  [
    'batch normalization',
    (t) => normalizeByBatch(t as Tensor4D, vector('scale'), vector('offset'), 1e-3).y,
    x,
    true,
  ],
  [
    'batch normalization with a shortcut',
    (t) => {
      const after = { rectify: true, shortcut: y() };
      return normalizeByBatch(t as Tensor4D, vector('scale'), vector('offset'), 1e-3, after).y;
    },
    x,
    true,
  ],
  [
    "batch normalization by TensorFlow's kernels",
    (t) => normalizeInParts(t as Tensor4D, vector('scale'), vector('offset'), 1e-3).y,
    x,
    true,
  ],
  [
    'normalization by moving statistics, in its scale',
    (t) => {
      const variance = tf().square(vector('variance')) as Tensor1D;
      return normalizeByMoving(y(), t as Tensor1D, vector('offset'), vector('mean'), variance, 1e-3);
    },
    () => vector('scale'),
    true,
  ],
  ['a 3x3 convolution, in its kernel', (t) => convolve(y(), t as Tensor4D, 1), taps, true],
  [
    'a 3x3 convolution of stride 2, in its images',
    (t) => convolve(t as Tensor4D, taps() as Tensor4D, 2),
    x,
    true,
  ],
  [
    'a 3x3 convolution, in both',
    (t) => convolve(t as Tensor4D, tf().mul(taps(), tf().mean(t)) as Tensor4D, 1),
    x,
    true,
  ],
  [
    'a 1x1 convolution with its normalization',
    (t) => convolveAndNormalize(t as Tensor4D, pixelTaps(), 1, vector('scale'), vector('offset'), 1e-3).y,
    x,
    true,
  ],
  [
    'a 1x1 convolution with its normalization at a branch',
    (t) => {
      const found = branchAndNormalize(
        t as Tensor4D,
        pixelTaps(),
        2,
        vector('scale'),
        vector('offset'),
        1e-3,
        true,
      );
      return tf().concat([found.y.flatten(), found.x.flatten()]);
    },
    x,
    true,
  ],
  [
    'a 1x1 convolution with its normalization and a shortcut that is another',
    (t) => {
      const shortcut = { x: t as Tensor4D, kernel: pixelTaps() };
      return convolveAndJoin(y(), pixelTaps(), vector('scale'), vector('offset'), 1e-3, shortcut).y;
    },
    x,
    true,
  ],
  [
    'cross-entropy',
    (t) => meanCrossEntropy(t as Tensor2D, tf().tensor1d([1, 0, 2], 'int32')),
    () => normal('logits', [3, 4]),
    true,
  ],
];

describe('a second derivative', () => {
  it.each(operations)('through %s throws', (_name, way, at, kept) => {
    tf().tidy(() => {
      expect(() => way(at()).dataSync()).not.toThrow();
      expect(() => slopeOfSquares(way)(at()).dataSync()).not.toThrow();
      expect(() => derivative(slopeOfSquares(way), at())).toThrow('there is no second derivative of ');
      // Where the operation's gradient is given nothing but the cotangent, it is a constant here, and tfjs finds no way.
      expect(() => derivative(slopeAlong(way), at())).toThrow(
        kept ? 'there is no second derivative of ' : 'Cannot compute gradient',
      );
    });
  });

  it('throws too where it is a small part of the whole', () => {
    const logits = normal('logits', [3, 4]);
    const loss: Way = (t) => {
      const { add, sum, square } = tf();
      return add(
        meanCrossEntropy(t as Tensor2D, tf().tensor1d([1, 0, 2], 'int32')),
        sum(square(t as Tensor)),
      );
    };
    const slope: Way = (t) => tf().grad((u) => loss(u) as never)(t as Tensor);
    expect(() => derivative(slope, logits)).toThrow('SparseSoftmaxCrossEntropyWithLogits');
  });

  it('through a product of matrices is that of tfjs', () => {
    const [left, right] = [normal<Tensor2D>('left', [3, 4]), normal<Tensor2D>('right', [4, 5])];
    const own: Way = (t) => matrixProduct(t as Tensor2D, right);
    const theirs: Way = (t) => tf().matMul(t as Tensor2D, right);
    expectSame(derivative(slopeOfSquares(own), left), derivative(slopeOfSquares(theirs), left));
  });

  it('is not in the way of a gradient that only passes by', () => {
    // SAM's second gradient is taken at a point made of the first.
    const { grad, sum, square, add, mul } = tf();
    const slope = (t: Tensor) => grad((u) => sum(square(rectify(u))))(t);
    const at = x();
    expect(() => slope(add(at, mul(slope(at), 0.1))).dataSync()).not.toThrow();
  });
});

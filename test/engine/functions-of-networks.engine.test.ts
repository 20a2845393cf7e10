import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe } from 'vitest';
import { tf } from '../../src/engine/tensorflow.js';
import { agreeBitForBit, type Make } from './bit-for-bit.js';
import { useEngine } from './engine.js';

/** Images and gradients: what networks and their training are made of. */
const functions: Record<string, Make> = {
  'conv2d with SAME, VALID, strides and dilations': ({ x, k }) => {
    const { conv2d } = tf();
    return [
      conv2d(x, k, 1, 'same'),
      conv2d(x, k, 2, 'same'),
      conv2d(x, k, [2, 1], 'valid'),
      conv2d(x, k, 1, 'same', 'NHWC', 2),
    ];
  },
  'depthwiseConv2d, separableConv2d, conv2dTranspose': ({ x, k }) => {
    const { depthwiseConv2d, conv2dTranspose, slice } = tf();
    return [
      depthwiseConv2d(x, slice(k, [0, 0, 0, 0], [3, 3, 3, 2]), 1, 'same'),
      conv2dTranspose(x, slice(k, [0, 0, 0, 0], [3, 3, 3, 3]), [2, 12, 12, 3], 2, 'same'),
    ];
  },
  'maxPool, avgPool': ({ x }) => {
    const { maxPool, avgPool } = tf();
    return [maxPool(x, 2, 2, 'same'), avgPool(x, 3, 1, 'same'), avgPool(x, [6, 6], 1, 'valid')];
  },
  'batchNorm, localResponseNormalization': ({ x }) => {
    const { batchNorm, localResponseNormalization, moments } = tf();
    const { mean, variance } = moments(x, [0, 1, 2]);
    return [batchNorm(x, mean as Tensor1D, variance as Tensor1D), localResponseNormalization(x)];
  },
  'image.resizeBilinear, image.flipLeftRight, image.cropAndResize': ({ x }) => {
    const { image, tensor2d, tensor1d } = tf();
    return [
      image.resizeBilinear(x, [4, 9]),
      image.resizeNearestNeighbor(x, [3, 3]),
      image.cropAndResize(x, tensor2d([[0, 0, 0.5, 1]]), tensor1d([1], 'int32'), [3, 3]),
    ];
  },
  'fft and its inverse': ({ m }) => {
    const { spectral, complex, real, imag, zerosLike } = tf();
    const transformed = spectral.fft(complex(m, zerosLike(m)));
    return [real(transformed), imag(transformed), real(spectral.ifft(transformed)), real(spectral.rfft(m))];
  },
  'the losses of tf.losses': ({ m }) => {
    const { losses, softmax, abs } = tf();
    const target = softmax(m);
    return [
      losses.softmaxCrossEntropy(target, m),
      losses.meanSquaredError(target, m),
      losses.huberLoss(target, m),
      losses.sigmoidCrossEntropy(target, m),
      losses.logLoss(target, softmax(abs(m))),
    ];
  },
  'the gradient of a softmax cross-entropy over a dense layer': ({ m, n }) => {
    const { grads, losses, matMul, oneHot, tensor1d, tanh } = tf();
    const labels = oneHot(tensor1d([0, 1, 0], 'int32'), 2);
    return grads((left, right) =>
      losses.softmaxCrossEntropy(labels, tanh(matMul(left as Tensor2D, right as Tensor2D))).asScalar(),
    )([m, n]);
  },
  'gradients of a convolution, pooling and reductions': ({ x, k }) => {
    const { grads, conv2d, maxPool, mean, square, relu } = tf();
    return grads((image, kernel) =>
      mean(square(maxPool(relu(conv2d(image as Tensor4D, kernel as Tensor4D, 1, 'same')), 2, 2, 'valid'))),
    )([x, k]);
  },
  'gradients of max, min, prod, cumsum, gather and slice': ({ v, i }) => {
    const { grad, max, sum, cumsum, gather, slice, mul, add } = tf();
    return grad((t) =>
      add(
        max(t),
        add(sum(mul(cumsum(t), t)), add(sum(gather(t, i)), sum(mul(slice(t, [1], [3]), slice(t, [2], [3]))))),
      ),
    )(v);
  },
  'a gradient of a gradient': ({ v }) => {
    const { grad, sum, pow, scalar, mul } = tf();
    return grad((t) => sum(mul(grad((u) => sum(pow(u, scalar(3, 'int32'))))(t), t)))(v);
  },
  'a custom gradient': ({ v }) => {
    const { customGrad, grad, square, mul, sum } = tf();
    const odd = customGrad((t, save) => {
      (save as (tensors: Tensor[]) => void)([t as Tensor]);
      return {
        value: square(t as Tensor),
        gradFunc: (dy, [kept]) => mul(dy as Tensor, mul(kept as Tensor, 7)),
      };
    });
    return grad((t) => sum(odd(t)))(v);
  },
  'an optimizer written with tfjs functions': ({ v }) => {
    const { add, mul, div, sqrt, square, sub, grad, sum } = tf();
    const gradient = grad((t) => sum(square(t)))(v);
    const second = mul(square(gradient), 0.001);
    return sub(v, div(mul(gradient, 0.1), add(sqrt(second), 1e-7)));
  },
};

describe('functions of networks and gradients', () => {
  // Without rewriting and oneDNN, so that the kernels are the same and the bits can be.
  useEngine({ threads: 1, oneDnn: false, graphRewriting: false });

  agreeBitForBit(functions);
});

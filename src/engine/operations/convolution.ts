/** Convolutions as the networks use them: padding as in TensorFlow's SAME, and 1x1 ones as matrix products. */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../tensorflow.js';
import { matrixProduct } from './matrix-product.js';

/**
 * x [batch, height, width, in] by kernel [height, width, in, out]. A 1x1 kernel of stride 1 is a product of matrices in
 * all three directions, which is the faster way on processors.
 */
export function convolve(x: Tensor4D, kernel: Tensor4D, stride: number): Tensor4D {
  const { conv2d, reshape } = tf();
  const [kernelHeight, kernelWidth, channels, filters] = kernel.shape;
  if (kernelHeight !== 1 || kernelWidth !== 1 || stride !== 1) return conv2d(x, kernel, stride, 'same');
  const [batch, height, width] = x.shape;
  const rows = reshape(x, [batch * height * width, channels]) as Tensor2D;
  const product = matrixProduct(rows, reshape(kernel, [channels, filters]) as Tensor2D);
  return reshape(product, [batch, height, width, filters]);
}

/** Convolutions as the networks use them: padding as in TensorFlow's SAME, each by the fastest way that there is. */
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { backend, execute } from '../backend.js';
import { tf } from '../tensorflow.js';
import { gradientOf } from './gradient.js';
import { type Kernel, run } from './kernel.js';
import { matrixProduct } from './matrix-product.js';

/**
 * x [batch, height, width, in] by kernel [height, width, in, out]. On processors a 1x1 kernel of stride 1 is a product of
 * matrices in all three directions, and a 3x3 kernel is left to an operation of our own.
 */
export function convolve(x: Tensor4D, kernel: Tensor4D, stride: number): Tensor4D {
  const [height, width] = kernel.shape;
  if (height === 1 && width === 1 && stride === 1) return convolvePixels(x, kernel);
  if (isMinimal(kernel, stride)) return run(minimal, { x, kernel }, { stride })[0] as Tensor4D;
  return tf().conv2d(x, kernel, stride, 'same');
}

function convolvePixels(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const { reshape } = tf();
  const [batch, height, width, channels] = x.shape;
  const filters = kernel.shape[3];
  const rows: Tensor2D = reshape(x, [batch * height * width, channels]);
  const product = matrixProduct(rows, reshape(kernel, [channels, filters]) as Tensor2D);
  return reshape(product, [batch, height, width, filters]);
}

/** Whether our own operation computes this convolution: it takes sixteen channels at a time. */
function isMinimal(kernel: Tensor4D, stride: number): boolean {
  const [height, width, channels, filters] = kernel.shape;
  const fits = height === 3 && width === 3 && channels % 16 === 0 && filters % 16 === 0;
  return fits && (stride === 1 || stride === 2) && !backend().binding.isUsingGpuDevice();
}

/** 3x3 convolutions by minimal filtering (native/convolve.cc). */
const minimal: Kernel<'x' | 'kernel'> = {
  name: 'SambenchConvolution',
  inputs: ['x', 'kernel'],
  forward: ({ x, kernel }, { stride }) =>
    execute(stride === 1 ? 'SambenchConvolution' : 'SambenchStridedConvolution', {}, [x, kernel], 1),
  keeps: { inputs: ['x', 'kernel'], outputs: [] },
  gradient([dy], [x, kernel], { stride }) {
    const attributes = { stride: { int: Number(stride) } };
    const gradient = (operation: string, inputs: unknown[]) => () => {
      const given = inputs as Tensor[];
      const compute = () => execute(operation, attributes, given, 1);
      return gradientOf('SambenchConvolution', given, compute)[0] as Tensor;
    };
    return {
      x: gradient('SambenchConvolutionInputGrad', [dy, kernel, x]),
      kernel: gradient('SambenchConvolutionFilterGrad', [x, dy, kernel]),
    };
  },
};

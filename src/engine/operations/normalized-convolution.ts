/** A convolution and the batch normalization after it, as one operation where there is one. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { backend, execute } from '../backend.js';
import {
  type Afterwards,
  type BatchNormalized,
  fusedAttributes,
  normalizeByBatch,
} from './batch-normalization.js';
import { convolve } from './convolution.js';
import { type Kernel, run } from './kernel.js';

/**
 * `normalizeByBatch` of `convolve` of x [batch, height, width, in] by `kernel` [height, width, in, out]. On processors a 1x1
 * convolution of stride 1 takes its moments, and gives its gradients, while the products are still in the cache.
 */
export function convolveAndNormalize(
  x: Tensor4D,
  kernel: Tensor4D,
  stride: number,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  after: Afterwards = {},
): BatchNormalized {
  const inParts = after.shortcut !== undefined && after.rectify !== true;
  if (inParts || !isProjection(kernel, stride))
    return normalizeByBatch(convolve(x, kernel, stride), scale, offset, epsilon, after);
  const parameters = { epsilon, rectify: after.rectify === true };
  const [y, mean, variance] = after.shortcut
    ? run(projectionWithShortcut, { x, kernel, scale, offset, shortcut: after.shortcut }, parameters)
    : run(projection, { x, kernel, scale, offset }, parameters);
  return { y: y as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

/** Whether our own operation computes this convolution: it takes sixteen channels at a time. */
function isProjection(kernel: Tensor4D, stride: number): boolean {
  const [height, width, channels, filters] = kernel.shape;
  const fits = height === 1 && width === 1 && stride === 1 && channels % 16 === 0 && filters % 16 === 0;
  return fits && !backend().binding.isUsingGpuDevice();
}

/** Our own operation (native/project.cc). Outputs: y, batch mean, biased batch variance, what was normalized. */
const projection: Kernel<'x' | 'kernel' | 'scale' | 'offset'> = {
  name: 'SambenchProject',
  inputs: ['x', 'kernel', 'scale', 'offset'],
  forward: ({ x, kernel, scale, offset }, parameters) =>
    execute('SambenchProject', fusedAttributes(parameters, 0), [x, kernel, scale, offset], 4),
  keeps: { inputs: ['x', 'kernel', 'scale', 'offset'], outputs: [1, 2, 3] },
  gradient(dys, [x, kernel, scale, offset, mean, variance, z], parameters) {
    // At once, not in the functions below: tfjs frees what one of them makes and does not return.
    const inputs = [dys[0], x, kernel, z, scale, offset, mean, variance] as Tensor[];
    const gradients = execute('SambenchProjectGrad', fusedAttributes(parameters, 0), inputs, 4);
    const output = (index: number) => () => gradients[index] as Tensor;
    return { x: output(0), kernel: output(1), scale: output(2), offset: output(3) };
  },
};

/** The same with a shortcut that is added before the rectifier. */
const projectionWithShortcut: Kernel<'x' | 'kernel' | 'scale' | 'offset' | 'shortcut'> = {
  name: 'SambenchProjectWithShortcut',
  inputs: ['x', 'kernel', 'scale', 'offset', 'shortcut'],
  forward: ({ x, kernel, scale, offset, shortcut }, parameters) =>
    execute('SambenchProject', fusedAttributes(parameters, 1), [x, kernel, scale, offset, shortcut], 4),
  keeps: { inputs: ['x', 'kernel', 'scale', 'offset'], outputs: [0, 1, 2, 3] },
  gradient(dys, [x, kernel, scale, offset, y, mean, variance, z], parameters) {
    const inputs = [dys[0], x, kernel, z, scale, offset, mean, variance, y] as Tensor[];
    const gradients = execute('SambenchProjectGrad', fusedAttributes(parameters, 1), inputs, 5);
    const output = (index: number) => () => gradients[index] as Tensor;
    return { x: output(0), kernel: output(1), scale: output(2), offset: output(3), shortcut: output(4) };
  },
};

/** The rectified linear unit with TensorFlow's own gradient kernel. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { gradientOf } from './gradient.js';
import { type Kernel, run } from './kernel.js';

const kernel: Kernel<'x'> = {
  name: 'SambenchRectify',
  inputs: ['x'],
  forward: ({ x }) => execute('Relu', { T: { type: 'float32' } }, [x], 1),
  // The output serves the gradient as well as the input does (dy where y > 0), and need not be kept twice.
  keeps: { inputs: [], outputs: [0] },
  gradient: ([dy], [y]) => ({
    x: () => {
      const inputs = [dy, y] as Tensor[];
      const compute = () => execute('ReluGrad', { T: { type: 'float32' } }, inputs, 1);
      return gradientOf('Relu', inputs, compute)[0] as Tensor;
    },
  }),
};

/** max(x, 0), of any shape. */
export function rectify<T extends Tensor>(x: T): T {
  return run(kernel, { x })[0] as T;
}

/** Adding a vector to the last axis, with TensorFlow's own reduction for its gradient. */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { graphRewriting } from '../graph-session.js';
import { gradientOf } from './gradient.js';
import { type Kernel, run } from './kernel.js';

const attributes = { T: { type: 'float32' }, data_format: { string: 'NHWC' } } as const;

const kernel: Kernel<'x' | 'bias'> = {
  name: 'SambenchBias',
  inputs: ['x', 'bias'],
  forward: ({ x, bias }) => execute('BiasAdd', attributes, [x, bias], 1),
  keeps: { inputs: [], outputs: [] },
  gradient: ([dy]) => ({
    // A handle of its own: the tape frees gradients that it adds up.
    x: () => (dy as Tensor).clone(),
    bias: () => {
      const inputs = [dy as Tensor];
      const compute = () => execute('BiasAddGrad', attributes, [unmerged(dy as Tensor)], 1);
      return gradientOf('BiasAdd', inputs, compute)[0] as Tensor;
    },
  }),
};

/** x + bias along the last axis of `x`. */
export function addBias<T extends Tensor>(x: T, bias: Tensor1D): T {
  return run(kernel, { x, bias })[0] as T;
}

/**
 * The gradient as the reduction should read it. With oneDNN every session, whatever its config says, makes one kernel of
 * the gradients of a bias and of the filter before it, where both read one tensor; with several threads that one adds up
 * in another order than the reduction alone. Where graphs are to run as recorded, an identity keeps the two apart.
 */
function unmerged(dy: Tensor): Tensor {
  if (graphRewriting()) return dy;
  return execute('Identity', { T: { type: 'float32' } }, [dy], 1)[0] as Tensor;
}

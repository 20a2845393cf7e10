/** Cross-entropy of softmax with whole-number labels, fused with its gradient. */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { execute } from '../backend.js';
import { tf } from '../tensorflow.js';
import { gradientOf } from './gradient.js';
import { type Kernel, run } from './kernel.js';

const kernel: Kernel<'logits' | 'labels'> = {
  name: 'SambenchCrossEntropy',
  inputs: ['logits', 'labels'],
  forward: ({ logits, labels }) =>
    execute(
      'SparseSoftmaxCrossEntropyWithLogits',
      { T: { type: 'float32' }, Tlabels: { type: 'int32' } },
      [logits, labels],
      2,
    ),
  // The logits only so that a second derivative meets them.
  keeps: { inputs: ['logits'], outputs: [1] },
  gradient: ([dy], [logits, backpropagated]) => ({
    logits: () => {
      const { mul, expandDims } = tf();
      const inputs = [dy, logits] as Tensor[];
      const compute = () => [mul(backpropagated as Tensor, expandDims(dy as Tensor, 1))];
      return gradientOf('SparseSoftmaxCrossEntropyWithLogits', inputs, compute)[0] as Tensor;
    },
  }),
};

/** The mean over the batch of -log softmax(logits)[label]: logits [batch, classes], int32 labels [batch]. */
export function meanCrossEntropy(logits: Tensor2D, labels: Tensor1D): Scalar {
  const { mul, sum } = tf();
  const losses = run(kernel, { logits, labels })[0] as Tensor1D;
  return mul(sum(losses), 1 / logits.shape[0]);
}

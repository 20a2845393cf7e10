/** What the gradients of our operations are made of: it can be differentiated no further, and says so. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../tensorflow.js';

const kernelName = 'SambenchGradient';
let registered = false;

interface Call {
  operation: string;
  compute(): Tensor[];
}

/**
 * Returns `compute()`, the gradient of `operation` as a function of `inputs`, and lets the gradient tape know: a second
 * derivative through it throws. Off the tape it would be a constant there, and the derivative silently lack its part.
 */
export function gradientOf(operation: string, inputs: readonly Tensor[], compute: () => Tensor[]): Tensor[] {
  if (!registered) register();
  const call: Call = { operation, compute };
  return tf()
    .engine()
    .runKernel(kernelName, Object.fromEntries(inputs.entries()), call as never);
}

function register(): void {
  const { registerKernel, registerGradient } = tf();
  registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ attrs }) => (attrs as unknown as Call).compute(),
  });
  registerGradient({
    kernelName,
    gradFunc: (_dys, _saved, attrs) => {
      const { operation } = attrs as unknown as Call;
      throw new Error(
        `there is no second derivative of ${operation}: only functions of TensorFlow.js' own operations can be differentiated twice`,
      );
    },
  });
  registered = true;
}

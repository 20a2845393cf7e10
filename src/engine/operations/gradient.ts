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

/** `gradientOf` with an output for each of `names`, as the gradient of a `Kernel` with these inputs returns it. */
export function gradientsOf<Input extends string>(
  operation: string,
  names: readonly Input[],
  inputs: readonly Tensor[],
  compute: () => Tensor[],
): Record<Input, () => Tensor> {
  // At once, not in the functions below: tfjs frees what one of them makes and does not return.
  const gradients = gradientOf(operation, inputs, compute);
  const entries = names.map((name, index) => [name, () => gradients[index] as Tensor] as const);
  return Object.fromEntries(entries) as Record<Input, () => Tensor>;
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

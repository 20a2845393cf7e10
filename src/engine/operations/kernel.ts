/** Defines an operation with its gradient for tfjs: registered once, then called like any tfjs function. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../tensorflow.js';

/** Numbers and flags that an operation takes besides its tensors. */
export type Parameters = Readonly<Record<string, number | boolean>>;

/** An operation in terms of others, and the gradients of its inputs, each computed only where it is asked for. */
export interface Kernel<Input extends string> {
  name: string;
  inputs: readonly Input[];
  forward(inputs: Record<Input, Tensor>, parameters: Parameters): Tensor[];
  /** Names of the inputs, and numbers of the outputs, that the gradient reads. */
  keeps: { inputs: readonly Input[]; outputs: readonly number[] };
  /** `dys` are the gradients of the outputs, `kept` the tensors of `keeps` in that order. */
  gradient(dys: Tensor[], kept: Tensor[], parameters: Parameters): Partial<Record<Input, () => Tensor>>;
}

const registered = new Set<string>();

/** Runs the kernel on `inputs`, on the gradient tape where there is one; returns all outputs. */
export function run<Input extends string>(
  kernel: Kernel<Input>,
  inputs: Record<Input, Tensor>,
  parameters: Parameters = {},
): Tensor[] {
  if (!registered.has(kernel.name)) register(kernel);
  const attributes = parameters as unknown as Record<string, number>;
  const outputs: Tensor | Tensor[] = tf()
    .engine()
    .runKernel(kernel.name, { ...inputs }, attributes);
  return Array.isArray(outputs) ? outputs : [outputs];
}

function register<Input extends string>(kernel: Kernel<Input>): void {
  const { registerKernel, registerGradient } = tf();
  registerKernel({
    kernelName: kernel.name,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const outputs = kernel.forward(inputs as Record<Input, Tensor>, (attrs ?? {}) as Parameters);
      return outputs.length === 1 ? (outputs[0] as Tensor) : outputs;
    },
  });
  registerGradient({
    kernelName: kernel.name,
    inputsToSave: [...kernel.keeps.inputs],
    outputsToSave: outputMask(kernel.keeps.outputs),
    gradFunc: (dys, saved, attrs) =>
      kernel.gradient(Array.isArray(dys) ? dys : [dys], saved, attrs as unknown as Parameters) as Record<
        string,
        () => Tensor
      >,
  });
  registered.add(kernel.name);
}

function outputMask(outputs: readonly number[]): boolean[] {
  return Array.from({ length: Math.max(-1, ...outputs) + 1 }, (_, index) => outputs.includes(index));
}

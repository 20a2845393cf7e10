/** The functions of a step's program that take no gradient: logits, batch statistics, the average of the weights. */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { ProgramFunction, Tensors } from '../engine/program.js';
import { tf } from '../engine/tensorflow.js';
import { flatStatistics, namedWeights } from '../model/flat.js';
import type { ForwardResult, NormalizationMode } from '../model/network.js';
import { scaledImages } from './group-gradient.js';
import { core } from './program-state.js';
import type { StepParts } from './step-parts.js';

/** Logits in inference mode. */
export function evaluateLogits(parts: StepParts): ProgramFunction {
  return (state, inputs) => ({
    state: {},
    outputs: { logits: forward(parts, state, inputs, 'moving').logits },
  });
}

/** The batch statistics of a pass without dropout. */
export function batchStatistics(parts: StepParts): ProgramFunction {
  return (state, inputs) => {
    const found = flatStatistics(forward(parts, state, inputs, 'batch').statistics, parts.layout);
    return { state: {}, outputs: found ? { statistics: found } : {} };
  };
}

/** Moves the average of the weights by the share `weight` of the way to the weights as they are. */
export const averageWeights: ProgramFunction = (state, inputs) => {
  const { add, sub, mul } = tf();
  const sofar = state['average.parameters'] as Tensor1D;
  const moved = add(sofar, mul(sub(core(state).parameters, sofar), inputs.weight as Scalar));
  return { state: { 'average.parameters': moved }, outputs: {} };
};

function forward(
  { network, model, layout }: StepParts,
  state: Tensors,
  inputs: Tensors,
  mode: NormalizationMode,
): ForwardResult {
  const { parameters, statistics } = core(state);
  const weights = namedWeights(parameters, statistics, layout);
  return network.forward(scaledImages(inputs), weights, mode, model, null);
}

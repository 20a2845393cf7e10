/** The functions of a step that take gradients and update the weights, for a whole batch or group by group. */
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { checksum } from '../engine/operations/checksum.js';
import type { ProgramFunction, Tensors } from '../engine/program.js';
import { tf } from '../engine/tensorflow.js';
import { movedStatistics } from '../model/flat.js';
import { clippedToNorm } from '../optimizer/base/clip.js';
import { numberOf, type StepKind } from '../optimizer/rule.js';
import { norm } from '../optimizer/vector.js';
import type { GroupResult } from './group-gradient.js';
import { core, named, stateOf } from './program-state.js';
import type { StepParts } from './step-parts.js';

/** What one group contributes to a step of this kind, from the program's state and its inputs. */
export type GroupFunction = (state: Tensors, inputs: Tensors, kind: StepKind) => GroupResult;

/** Gradient and update of a batch that is not cut. */
export function wholeStep(parts: StepParts, group: GroupFunction, kind: StepKind): ProgramFunction {
  return (state, inputs) => {
    const { gradient, statistics, measures, ruleState } = group(state, inputs, kind);
    const updated = update(parts, state, inputs.rate as Scalar, gradient, statistics);
    return {
      state: { ...updated.state, ...named('rule', ruleState) },
      outputs: { measures, ...updated.outputs, ...(statistics ? { statistics } : {}) },
    };
  };
}

/** Adds the share of one group to the sums of the step. */
export function accumulate({ groups }: StepParts, group: GroupFunction, kind: StepKind): ProgramFunction {
  return (state, inputs) => {
    const { gradient, statistics, measures, ruleState } = group(state, inputs, kind);
    const { add, mul } = tf();
    const parts: Tensors = { gradient, ...(statistics ? { statistics } : {}), ...named('rule', ruleState) };
    const sums = Object.entries(parts).map(
      ([name, part]) => [`sum.${name}`, add(state[`sum.${name}`] as Tensor, mul(part, 1 / groups))] as const,
    );
    return {
      state: Object.fromEntries(sums),
      outputs: { measures, ...(statistics ? { statistics } : {}) },
    };
  };
}

/** Updates by the sums over the groups, and clears them for the next step. */
export function applySums(parts: StepParts, kind: StepKind): ProgramFunction {
  return (state, inputs) => {
    const sums = stateOf('sum', state) as Tensors;
    const gradient = sums.gradient as Tensor1D;
    const statistics = parts.movesStatistics ? (sums.statistics as Tensor1D) : null;
    const { zerosLike, stack } = tf();
    const updated = update(parts, state, inputs.rate as Scalar, gradient, statistics);
    const cleared = Object.entries(sums).map(([name, sum]) => [`sum.${name}`, zerosLike(sum)] as const);
    return {
      state: {
        ...updated.state,
        ...(kind === 'whole' ? named('rule', stateOf('rule', sums)) : {}),
        ...Object.fromEntries(cleared),
      },
      outputs: { updateNorm: stack([norm(gradient)]), ...updated.outputs },
    };
  };
}

/** The clean gradient and the one that the base update would get; changes nothing. */
export function inspect(group: GroupFunction): ProgramFunction {
  return (state, inputs) => {
    const { gradient, clean } = group(state, inputs, 'whole');
    return { state: {}, outputs: { clean, update: gradient } };
  };
}

/** The base update by `gradient`, and one move of the moving statistics where there are batch statistics. */
function update(
  { base, baseSettings, statisticsMomentum }: StepParts,
  state: Tensors,
  rate: Scalar,
  gradient: Tensor1D,
  batchStatistics: Tensor1D | null,
): { state: Tensors; outputs: Tensors } {
  const { parameters, statistics } = core(state);
  const clipped = clippedToNorm(gradient, numberOf(baseSettings, 'clipNorm'));
  const updated = base.update(clipped, stateOf('base', state), parameters, rate, baseSettings);
  const moved: Tensors =
    statistics && batchStatistics
      ? { statistics: movedStatistics(statistics, batchStatistics, statisticsMomentum) }
      : {};
  return {
    state: { parameters: updated.parameters, ...named('base', updated.state), ...moved },
    // As they were read when the step began: fetched, not computed.
    outputs: { updatedFrom: checksum(parameters), ...(statistics ? { statisticsFound: statistics } : {}) },
  };
}

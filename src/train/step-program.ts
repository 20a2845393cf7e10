/** The program of a step: its functions with the inputs that each is fed, and the state that it starts from. */
import type { HostTensor, InputSpec, ProgramDefinition } from '../engine/program.js';
import { lengthOf } from '../model/flat.js';
import { initialVector } from '../model/initialize.js';
import type { StateShapes } from '../optimizer/rule.js';
import { averageWeights, batchStatistics, evaluateLogits } from './forward-functions.js';
import { hostVector, zeroState } from './program-state.js';
import type { StepParts } from './step-parts.js';
import { accumulate, applySums, type GroupFunction, inspect, wholeStep } from './update-functions.js';

/**
 * `step` for a whole batch, or `accumulate` for each group and then `apply`; `-light` for the light steps of a rule with
 * a cycle. `evaluate` gives logits in inference mode, `inspect` the clean gradient and the one that the base update
 * would get, `statistics` the batch statistics of a pass without dropout; `average` moves the average of the weights.
 */
export type StepFunction =
  | 'step'
  | 'step-light'
  | 'accumulate'
  | 'accumulate-light'
  | 'apply'
  | 'apply-light'
  | 'evaluate'
  | 'inspect'
  | 'statistics'
  | 'average';

/** The functions of a step; `group` gives what one group contributes. */
export function stepFunctions(
  parts: StepParts,
  group: GroupFunction,
): ProgramDefinition<StepFunction>['functions'] {
  const groupInputs = inputsOfGroup(parts);
  const { images, brightness } = groupInputs;
  const stepInputs = { ...groupInputs, rate: scalar };
  return {
    step: { inputs: stepInputs, call: wholeStep(parts, group, 'whole') },
    'step-light': { inputs: stepInputs, call: wholeStep(parts, group, 'light') },
    accumulate: { inputs: groupInputs, call: accumulate(parts, group, 'whole') },
    'accumulate-light': { inputs: groupInputs, call: accumulate(parts, group, 'light') },
    apply: { inputs: { rate: scalar }, call: applySums(parts, 'whole') },
    'apply-light': { inputs: { rate: scalar }, call: applySums(parts, 'light') },
    inspect: { inputs: groupInputs, call: inspect(group) },
    evaluate: { inputs: { images }, call: evaluateLogits(parts) },
    statistics: { inputs: { images, ...(brightness ? { brightness } : {}) }, call: batchStatistics(parts) },
    average: { inputs: { weight: scalar }, call: averageWeights },
  };
}

/** The state before the first step: weights of `seed`, all else zero. */
export function stepState(parts: StepParts, seed: number): Record<string, HostTensor> {
  const { definition, specs, layout, base, baseSettings, rule, ruleSettings, groups, movesStatistics } =
    parts;
  const size = lengthOf(layout.trainable);
  const statisticsSize = lengthOf(layout.statistics);
  const ruleShapes: StateShapes = rule?.state?.(ruleSettings) ?? {};
  const sums: StateShapes = {
    gradient: 'vector',
    ...Object.fromEntries(Object.entries(ruleShapes).map(([name, shape]) => [`rule.${name}`, shape])),
  };
  return {
    parameters: hostVector(initialVector(specs, true, seed)),
    ...(statisticsSize > 0 ? { statistics: hostVector(initialVector(specs, false, seed)) } : {}),
    ...zeroState('base', base.state(baseSettings), size),
    ...zeroState('rule', ruleShapes, size),
    ...(groups > 1 ? zeroState('sum', sums, size) : {}),
    ...(groups > 1 && movesStatistics ? zeroState('sum', { statistics: 'vector' }, statisticsSize) : {}),
    ...(definition.average ? zeroState('average', { parameters: 'vector' }, size) : {}),
  };
}

const scalar: InputSpec = { shape: [], dtype: 'float32' };
const seedPair: InputSpec = { shape: [2], dtype: 'int32' };

/** What a group brings: images, labels, and what is drawn for it. */
function inputsOfGroup({
  definition,
  groupSize,
  draws,
}: StepParts): Record<string, InputSpec> & { images: InputSpec } {
  return {
    images: { shape: [groupSize, ...definition.image], dtype: 'uint8' },
    labels: { shape: [groupSize], dtype: 'int32' },
    ...(definition.brightness ? { brightness: { shape: [groupSize], dtype: 'float32' } } : {}),
    ...(draws.noise ? { noiseSeed: seedPair } : {}),
    ...(draws.dropout ? { dropoutSeed: seedPair } : {}),
  };
}

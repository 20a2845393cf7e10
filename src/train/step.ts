/**
 * One training step as a pure function: from parameters, moving statistics and optimizer state, and a batch, to their
 * successors. A batch may be cut into groups of `m` images, each with its own gradient, perturbation and batch
 * statistics (m-sharpness); then `accumulate` runs once a group and `apply` once a step, so that memory is that of a group.
 */
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { checksum } from '../engine/operations/checksum.js';
import type { InputSpec, ProgramDefinition, ProgramFunction, Tensors } from '../engine/program.js';
import { tf } from '../engine/tensorflow.js';
import {
  type FlatLayout,
  flatLayout,
  flatStatistics,
  lengthOf,
  movedStatistics,
  namedWeights,
} from '../model/flat.js';
import { initialVector } from '../model/initialize.js';
import type { NormalizationMode } from '../model/network.js';
import { optionsOf } from '../model/options.js';
import { networks } from '../model/registry.js';
import { clippedToNorm } from '../optimizer/base/clip.js';
import { decayInLoss } from '../optimizer/base/decay.js';
import {
  evaluationsOfSteps,
  kindOfStep,
  numberOf,
  type StateShapes,
  type StepKind,
} from '../optimizer/rule.js';
import { norm } from '../optimizer/vector.js';
import type { ModelSettings, OptimizerSettings } from '../suite/cell.js';
import { type GroupResult, groupGradient, type LossOf, scaledImages } from './group-gradient.js';
import { partsOf } from './optimizer-parts.js';
import { hostVector, named, stateOf, zeroState } from './program-state.js';

/** What a step is made from. */
export interface StepDefinition {
  model: ModelSettings;
  optimizer: OptimizerSettings;
  /** Height, width and channels. */
  image: readonly [number, number, number];
  classes: number;
  batch: number;
  /** Whether batches bring a brightness shift for each image. */
  brightness: boolean;
  /** How the passes of a step normalize, in place of the optimizer's `bn`. */
  normalization?: NormalizationMode;
  /** Whether the state has an average of the weights, which `average` moves. */
  average?: boolean;
}

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

/** A step ready for the engine. */
export interface TrainingStep {
  layout: FlatLayout;
  /** Images in one group; the batch where it is not cut. */
  groupSize: number;
  groups: number;
  /** Steps of one cycle of the rule, of which the first is whole and the others are light; 1 where all are whole. */
  cycle: number;
  /** Whether step `step`, from 0, is whole or light. */
  kindOf(step: number): StepKind;
  /** Random numbers that a step needs: the noise of a rule, the dropout of a network. */
  draws: { noise: boolean; dropout: boolean };
  /** Whether a step moves the moving statistics, and the share that they keep then. */
  movesStatistics: boolean;
  statisticsMomentum: number;
  /** L2 norm that the perturbation of step `step` must have; null where it has none or the rule does not say. */
  perturbationNorm(step: number): number | null;
  /** Whether the last gradient of a step is taken at the perturbed weights. */
  appliesPerturbation: boolean;
  /** Gradient evaluations of the first `steps` steps as the rule declares them. */
  evaluationsOf(steps: number): number;
  /** Gradients of a whole batch that a step of this kind took, counted when it last ran or was recorded. */
  countedEvaluations(kind?: StepKind): number;
  /** What the loss is that a step of this kind tells, known when it last ran or was recorded; null before that. */
  lossOf(kind: StepKind): LossOf | null;
  /** The functions over fresh state of `seed`. */
  program(seed: number): ProgramDefinition<StepFunction>;
}

/** Makes the step of `definition`; throws a TypeError when a rule or a network is unknown, which the suite's schema rules out. */
export function trainingStep(definition: StepDefinition): TrainingStep {
  const { model, optimizer, image, classes, batch } = definition;
  const network = networks[model.name];
  if (!network) throw new TypeError(`there is no network ${model.name}`);
  const { parameters: specs } = network.describe(model, image, classes);
  const layout = flatLayout(specs);
  const size = lengthOf(layout.trainable);
  const statisticsSize = lengthOf(layout.statistics);
  const { base, baseSettings, rule, ruleSettings } = partsOf(optimizer);
  const normalization =
    definition.normalization ?? (optimizer.bn === 'moving' ? ('moving' as const) : ('batch' as const));
  const groupSize = groupSizeOf(optimizer, batch);
  const groups = batch / groupSize;
  const statisticsMomentum = optionsOf(model).bnMomentum;
  const draws = { noise: rule?.noise === true, dropout: network.drops?.(model) === true };
  const movesStatistics = statisticsSize > 0 && normalization === 'batch';
  const evaluations: Record<StepKind, number> = { whole: 0, light: 0 };
  const losses: Record<StepKind, LossOf | null> = { whole: null, light: null };
  const ruleShapes: StateShapes = rule?.state?.(ruleSettings) ?? {};

  const group = (state: Tensors, inputs: Tensors, kind: StepKind): GroupResult => {
    const decay = decayInLoss(baseSettings);
    const parts = { network, model, layout, rule, ruleSettings, decay, normalization, images: groupSize };
    const result = groupGradient(parts, state, inputs, kind);
    evaluations[kind] = result.evaluations;
    losses[kind] = result.lossOf;
    return result;
  };

  const update = (state: Tensors, rate: Scalar, gradient: Tensor1D, batchStatistics: Tensor1D | null) => {
    const { parameters, statistics } = core(state);
    const clipped = clippedToNorm(gradient, numberOf(baseSettings, 'clipNorm'));
    const updated = base.update(clipped, stateOf('base', state), parameters, rate, baseSettings);
    const moved =
      statistics && batchStatistics
        ? { statistics: movedStatistics(statistics, batchStatistics, statisticsMomentum) }
        : {};
    return {
      state: { parameters: updated.parameters, ...named('base', updated.state), ...moved } as Tensors,
      // As they were read when the step began: fetched, not computed.
      outputs: { updatedFrom: checksum(parameters), ...(statistics ? { statisticsFound: statistics } : {}) },
    };
  };

  const step =
    (kind: StepKind): ProgramFunction =>
    (state, inputs) => {
      const { gradient, statistics, measures, ruleState } = group(state, inputs, kind);
      const updated = update(state, inputs.rate as Scalar, gradient, statistics);
      return {
        state: { ...updated.state, ...named('rule', ruleState) },
        outputs: { measures, ...updated.outputs, ...(statistics ? { statistics } : {}) },
      };
    };

  const accumulate =
    (kind: StepKind): ProgramFunction =>
    (state, inputs) => {
      const { gradient, statistics, measures, ruleState } = group(state, inputs, kind);
      const { add, mul } = tf();
      const parts: Tensors = { gradient, ...(statistics ? { statistics } : {}), ...named('rule', ruleState) };
      const sums = Object.entries(parts).map(
        ([name, part]) =>
          [`sum.${name}`, add(state[`sum.${name}`] as Tensor, mul(part, 1 / groups))] as const,
      );
      return {
        state: Object.fromEntries(sums),
        outputs: { measures, ...(statistics ? { statistics } : {}) },
      };
    };

  const apply =
    (kind: StepKind): ProgramFunction =>
    (state, inputs) => {
      const sums = stateOf('sum', state) as Tensors;
      const gradient = sums.gradient as Tensor1D;
      const statistics = movesStatistics ? (sums.statistics as Tensor1D) : null;
      const { zerosLike, stack } = tf();
      const updated = update(state, inputs.rate as Scalar, gradient, statistics);
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

  const inspect: ProgramFunction = (state, inputs) => {
    const { gradient, clean } = group(state, inputs, 'whole');
    return { state: {}, outputs: { clean, update: gradient } };
  };

  const forward = (state: Tensors, inputs: Tensors, mode: NormalizationMode) => {
    const { parameters, statistics } = core(state);
    const weights = namedWeights(parameters, statistics, layout);
    return network.forward(scaledImages(inputs), weights, mode, model, null);
  };

  const evaluate: ProgramFunction = (state, inputs) => ({
    state: {},
    outputs: { logits: forward(state, inputs, 'moving').logits },
  });

  const batchStatistics: ProgramFunction = (state, inputs) => {
    const found = flatStatistics(forward(state, inputs, 'batch').statistics, layout);
    return { state: {}, outputs: found ? { statistics: found } : {} };
  };

  const average: ProgramFunction = (state, inputs) => {
    const { add, sub, mul } = tf();
    const sofar = state['average.parameters'] as Tensor1D;
    const moved = add(sofar, mul(sub(core(state).parameters, sofar), inputs.weight as Scalar));
    return { state: { 'average.parameters': moved }, outputs: {} };
  };

  const scalar: InputSpec = { shape: [], dtype: 'float32' };
  const seed: InputSpec = { shape: [2], dtype: 'int32' };
  const images: InputSpec = { shape: [groupSize, ...image], dtype: 'uint8' };
  const groupInputs: Record<string, InputSpec> = {
    images,
    labels: { shape: [groupSize], dtype: 'int32' },
    ...(definition.brightness ? { brightness: { shape: [groupSize], dtype: 'float32' } } : {}),
    ...(draws.noise ? { noiseSeed: seed } : {}),
    ...(draws.dropout ? { dropoutSeed: seed } : {}),
  };
  const stepInputs = { ...groupInputs, rate: scalar };
  const functions: ProgramDefinition<StepFunction>['functions'] = {
    step: { inputs: stepInputs, call: step('whole') },
    'step-light': { inputs: stepInputs, call: step('light') },
    accumulate: { inputs: groupInputs, call: accumulate('whole') },
    'accumulate-light': { inputs: groupInputs, call: accumulate('light') },
    apply: { inputs: { rate: scalar }, call: apply('whole') },
    'apply-light': { inputs: { rate: scalar }, call: apply('light') },
    inspect: { inputs: groupInputs, call: inspect },
    evaluate: { inputs: { images }, call: evaluate },
    statistics: {
      inputs: { images, ...(groupInputs.brightness ? { brightness: groupInputs.brightness } : {}) },
      call: batchStatistics,
    },
    average: { inputs: { weight: scalar }, call: average },
  };
  const sums: StateShapes = {
    gradient: 'vector',
    ...Object.fromEntries(Object.entries(ruleShapes).map(([name, shape]) => [`rule.${name}`, shape])),
  };
  return {
    layout,
    groupSize,
    groups,
    cycle: rule?.cycle?.(ruleSettings) ?? 1,
    kindOf: (index) => kindOfStep(rule, ruleSettings, index),
    draws,
    movesStatistics,
    statisticsMomentum,
    perturbationNorm: (index) => rule?.perturbationNorm?.(ruleSettings, index) ?? null,
    appliesPerturbation: rule !== null && rule.applies !== false,
    evaluationsOf: (steps) => evaluationsOfSteps(rule, ruleSettings, steps),
    countedEvaluations: (kind = 'whole') => evaluations[kind],
    lossOf: (kind) => losses[kind],
    program: (seedOfWeights) => ({
      state: {
        parameters: hostVector(initialVector(specs, true, seedOfWeights)),
        ...(statisticsSize > 0 ? { statistics: hostVector(initialVector(specs, false, seedOfWeights)) } : {}),
        ...zeroState('base', base.state(baseSettings), size),
        ...zeroState('rule', ruleShapes, size),
        ...(groups > 1 ? zeroState('sum', sums, size) : {}),
        ...(groups > 1 && movesStatistics ? zeroState('sum', { statistics: 'vector' }, statisticsSize) : {}),
        ...(definition.average ? zeroState('average', { parameters: 'vector' }, size) : {}),
      },
      functions,
    }),
  };
}

/** Images of one group: the setting `m` of an optimizer, or the whole batch. */
export function groupSizeOf(optimizer: OptimizerSettings, batch: number): number {
  const m = optimizer.m;
  return typeof m === 'number' ? Math.min(m, batch) : batch;
}

function core(state: Tensors): { parameters: Tensor1D; statistics: Tensor1D | null } {
  return {
    parameters: state.parameters as Tensor1D,
    statistics: (state.statistics as Tensor1D | undefined) ?? null,
  };
}

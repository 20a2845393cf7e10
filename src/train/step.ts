/**
 * One training step as a pure function: from parameters, moving statistics and optimizer state, and a batch, to their
 * successors. A batch may be cut into groups of `m` images, each with its own gradient, perturbation and batch
 * statistics (m-sharpness); then `accumulate` runs once a group and `apply` once a step, so that memory is that of a group.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { meanCrossEntropy } from '../engine/operations/cross-entropy.js';
import { exactQuotient } from '../engine/operations/exact-quotient.js';
import type {
  HostTensor,
  InputSpec,
  ProgramDefinition,
  ProgramFunction,
  Tensors,
} from '../engine/program.js';
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
import { networks } from '../model/registry.js';
import { decayInLoss } from '../optimizer/base/decay.js';
import { bases, sharpness } from '../optimizer/registry.js';
import {
  type BaseRule,
  type GradientAt,
  numberOf,
  type OptimizerState,
  type SharpnessRule,
  type StateShapes,
} from '../optimizer/rule.js';
import { cosine, norm } from '../optimizer/vector.js';
import { type BaseSettings, isSharpness, type ModelSettings, type OptimizerSettings } from '../suite/cell.js';
import { packMeasures } from './measures.js';

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
  /** How the passes of a step normalize; `moving` exists to show what it does. */
  normalization?: NormalizationMode;
}

export type StepFunction = 'step' | 'accumulate' | 'apply' | 'evaluate' | 'inspect';

/** A step ready for the engine. */
export interface TrainingStep {
  layout: FlatLayout;
  /** Images in one group; the batch where it is not cut. */
  groupSize: number;
  groups: number;
  /** Gradient evaluations of one step as the rule declares them. */
  declaredEvaluations: number;
  /** Gradients taken in the last call of `step` or `accumulate` that ran or was recorded, times the groups of a step. */
  countedEvaluations(): number;
  /**
   * The functions over fresh state of `seed`: 'step', or 'accumulate' for each group and then 'apply'; 'evaluate' for
   * logits in inference mode; 'inspect' for the clean gradient and the one that the base update would get.
   */
  program(seed: number): ProgramDefinition<StepFunction>;
}

interface Parts {
  base: BaseRule;
  baseSettings: BaseSettings;
  rule: SharpnessRule | null;
  ruleSettings: Readonly<Record<string, unknown>>;
}

interface GroupResult {
  gradient: Tensor1D;
  clean: Tensor1D;
  statistics: Tensor1D | null;
  measures: Tensor1D;
  ruleState: OptimizerState;
}

/** Makes the step of `definition`; throws a TypeError when a rule or a network is unknown, which the suite's schema rules out. */
export function trainingStep(definition: StepDefinition): TrainingStep {
  const { model, optimizer, image, classes, batch } = definition;
  const network = networks[model.name];
  if (!network) throw new TypeError(`there is no network ${model.name}`);
  const { parameters: specs } = network.describe(model, image, classes);
  const layout = flatLayout(specs);
  const size = lengthOf(layout.trainable);
  const parts = partsOf(optimizer);
  const groupSize = groupSizeOf(optimizer, batch);
  const groups = batch / groupSize;
  let evaluations = 0;

  const group = (state: Tensors, inputs: Tensors): GroupResult => {
    const { parameters, statistics } = core(state);
    const images = scaledImages(inputs);
    evaluations = 0;
    let batchStatistics: Tensor1D | null = null;
    let accuracy: Scalar | null = null;
    const at = (point: Tensor1D): GradientAt => {
      evaluations += 1;
      const first = evaluations === 1;
      const escaped: Tensor[] = [];
      const { value, grad } = tf().valueAndGrad((flat: Tensor) => {
        const weights = namedWeights(flat as Tensor1D, statistics, layout);
        const pass = network.forward(images, weights, definition.normalization ?? 'batch', model);
        if (first) {
          const moved = pass.statistics.size > 0 ? flatStatistics(pass.statistics, layout) : null;
          escaped.push(tf().keep(accuracyOf(pass.logits, inputs.labels as Tensor1D)));
          if (moved) escaped.push(tf().keep(moved));
        }
        return meanCrossEntropy(pass.logits, inputs.labels as Tensor1D);
      })(point);
      if (first)
        [accuracy, batchStatistics] = [owned(escaped[0]) as Scalar, owned(escaped[1]) as Tensor1D | null];
      const gradient = withDecay(grad as Tensor1D, point, decayInLoss(parts.baseSettings));
      return { loss: value as Scalar, gradient };
    };
    if (!parts.rule) {
      const { loss, gradient } = at(parameters);
      const length = norm(gradient);
      const measures = {
        loss,
        accuracy: accuracy as unknown as Scalar,
        gradientNorm: length,
        updateNorm: length,
      };
      return {
        gradient,
        clean: gradient,
        statistics: batchStatistics,
        measures: packMeasures(measures),
        ruleState: {},
      };
    }
    const result = parts.rule.gradient(at, parameters, {
      settings: parts.ruleSettings,
      layout: layout.trainable,
      state: namedState(state, 'rule'),
      noise: (inputs.noise as Tensor1D | undefined) ?? null,
    });
    const measures = packMeasures({
      loss: result.clean.loss,
      accuracy: accuracy as unknown as Scalar,
      gradientNorm: norm(result.clean.gradient),
      updateNorm: norm(result.gradient),
      perturbedLoss: result.perturbed.loss,
      perturbationNorm: norm(result.perturbation),
      gradientCosine: cosine(result.clean.gradient, result.perturbed.gradient),
    });
    return {
      gradient: result.gradient,
      clean: result.clean.gradient,
      statistics: batchStatistics,
      measures,
      ruleState: result.state ?? {},
    };
  };

  const update = (
    state: Tensors,
    rate: Scalar,
    gradient: Tensor1D,
    batchStatistics: Tensor1D | null,
  ): Tensors => {
    const { parameters, statistics } = core(state);
    const clipped = clippedTo(gradient, numberOf(parts.baseSettings, 'clipNorm'));
    const updated = parts.base.update(
      clipped,
      namedState(state, 'base'),
      parameters,
      rate,
      parts.baseSettings,
    );
    return {
      parameters: updated.parameters,
      ...prefixed('base', updated.state),
      ...(statistics && batchStatistics ? { statistics: movedStatistics(statistics, batchStatistics) } : {}),
    };
  };

  const step: ProgramFunction = (state, inputs) => {
    const { gradient, statistics, measures, ruleState } = group(state, inputs);
    return {
      state: {
        ...update(state, inputs.rate as Scalar, gradient, statistics),
        ...prefixed('rule', ruleState),
      },
      outputs: { measures },
    };
  };

  const accumulate: ProgramFunction = (state, inputs) => {
    const { gradient, statistics, measures, ruleState } = group(state, inputs);
    const { add, mul } = tf();
    const share = (sum: Tensor | undefined, part: Tensor) => add(sum as Tensor, mul(part, 1 / groups));
    return {
      state: {
        'sum.gradient': share(state['sum.gradient'], gradient),
        ...(statistics ? { 'sum.statistics': share(state['sum.statistics'], statistics) } : {}),
        ...prefixed('rule', ruleState),
      },
      outputs: { measures },
    };
  };

  const apply: ProgramFunction = (state, inputs) => {
    const gradient = state['sum.gradient'] as Tensor1D;
    const statistics = (state['sum.statistics'] as Tensor1D | undefined) ?? null;
    const { zerosLike, stack } = tf();
    return {
      state: {
        ...update(state, inputs.rate as Scalar, gradient, statistics),
        'sum.gradient': zerosLike(gradient),
        ...(statistics ? { 'sum.statistics': zerosLike(statistics) } : {}),
      },
      outputs: { updateNorm: stack([norm(gradient)]) },
    };
  };

  const inspect: ProgramFunction = (state, inputs) => {
    const { gradient, clean } = group(state, inputs);
    return { state: {}, outputs: { clean, update: gradient } };
  };

  const evaluate: ProgramFunction = (state, inputs) => {
    const { parameters, statistics } = core(state);
    const weights = namedWeights(parameters, statistics, layout);
    return {
      state: {},
      outputs: { logits: network.forward(scaledImages(inputs), weights, 'moving', model).logits },
    };
  };

  const rate: InputSpec = { shape: [], dtype: 'float32' };
  const groupInputs: Record<string, InputSpec> = {
    images: { shape: [groupSize, ...image], dtype: 'uint8' },
    labels: { shape: [groupSize], dtype: 'int32' },
    ...(definition.brightness ? { brightness: { shape: [groupSize], dtype: 'float32' } } : {}),
    ...(parts.rule?.noise ? { noise: { shape: [size], dtype: 'float32' } } : {}),
  };
  const functions: ProgramDefinition<StepFunction>['functions'] = {
    step: { inputs: { ...groupInputs, rate }, call: step },
    accumulate: { inputs: groupInputs, call: accumulate },
    apply: { inputs: { rate }, call: apply },
    inspect: { inputs: groupInputs, call: inspect },
    evaluate: { inputs: { images: { shape: [groupSize, ...image], dtype: 'uint8' } }, call: evaluate },
  };
  return {
    layout,
    groupSize,
    groups,
    declaredEvaluations: parts.rule ? parts.rule.gradientEvaluations(parts.ruleSettings) : 1,
    countedEvaluations: () => evaluations,
    program: (seed) => ({
      state: {
        parameters: hostVector(initialVector(specs, true, seed)),
        ...(layout.statistics.length > 0
          ? { statistics: hostVector(initialVector(specs, false, seed)) }
          : {}),
        ...zeroState('base', parts.base.state(parts.baseSettings), size),
        ...zeroState('rule', parts.rule?.state?.(parts.ruleSettings) ?? {}, size),
        ...(groups > 1 ? zeroState('sum', { gradient: 'vector' }, size) : {}),
        ...(groups > 1 && layout.statistics.length > 0
          ? zeroState('sum', { statistics: 'vector' }, lengthOf(layout.statistics))
          : {}),
      },
      functions,
    }),
  };
}

/** Images of one group: the setting `m` of a sharpness-aware rule, or the whole batch. */
export function groupSizeOf(optimizer: OptimizerSettings, batch: number): number {
  const m = optimizer.m;
  return typeof m === 'number' ? Math.min(m, batch) : batch;
}

function partsOf(optimizer: OptimizerSettings): Parts {
  const baseSettings = isSharpness(optimizer) ? optimizer.base : (optimizer as BaseSettings);
  const base = bases[baseSettings.name];
  if (!base) throw new TypeError(`there is no base update ${baseSettings.name}`);
  if (!isSharpness(optimizer)) return { base, baseSettings, rule: null, ruleSettings: {} };
  const rule = sharpness[optimizer.name];
  if (!rule) throw new TypeError(`there is no sharpness-aware rule ${optimizer.name}`);
  return { base, baseSettings, rule, ruleSettings: optimizer };
}

function core(state: Tensors): { parameters: Tensor1D; statistics: Tensor1D | null } {
  return {
    parameters: state.parameters as Tensor1D,
    statistics: (state.statistics as Tensor1D | undefined) ?? null,
  };
}

/** Pixels scaled to [0, 1], shifted by each image's brightness and clipped where there is one. */
function scaledImages(inputs: Tensors): Tensor4D {
  const { cast, add, clipByValue, reshape } = tf();
  const scaled = exactQuotient(cast(inputs.images as Tensor4D, 'float32'), 255);
  const shift = inputs.brightness;
  if (!shift) return scaled;
  return clipByValue(add(scaled, reshape(shift, [-1, 1, 1, 1])), 0, 1) as Tensor4D;
}

function accuracyOf(logits: Tensor2D, labels: Tensor1D): Scalar {
  const { mean, cast, equal, argMax } = tf();
  return mean(cast(equal(argMax(logits, 1), labels), 'float32'));
}

/** A tensor kept inside the gradient tape's scope, handed over to the current scope. */
function owned(kept: Tensor | undefined): Tensor | null {
  if (!kept) return null;
  const handle = kept.clone();
  kept.dispose();
  return handle;
}

function withDecay(gradient: Tensor1D, parameters: Tensor1D, decay: number): Tensor1D {
  const { add, mul } = tf();
  return decay === 0 ? gradient : add(gradient, mul(parameters, decay));
}

/** The gradient shortened to the norm `limit` where it is longer (Pascanu et al. 2013); as it is for a limit of 0. */
function clippedTo(gradient: Tensor1D, limit: number): Tensor1D {
  if (limit === 0) return gradient;
  const { mul, minimum, div, add } = tf();
  return mul(gradient, minimum(1, div(limit, add(norm(gradient), 1e-12))));
}

function namedState(state: Tensors, kind: string): OptimizerState {
  const entries = Object.entries(state).filter(([name]) => name.startsWith(`${kind}.`));
  return Object.fromEntries(
    entries.map(([name, tensor]) => [name.slice(kind.length + 1), tensor as Tensor1D]),
  );
}

function prefixed(kind: string, state: OptimizerState): Tensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`${kind}.${name}`, tensor]));
}

function zeroState(kind: string, shapes: StateShapes, size: number): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      `${kind}.${name}`,
      shape === 'vector' ? hostVector(new Float32Array(size)) : { shape: [], values: new Float32Array(1) },
    ]),
  );
}

function hostVector(values: Float32Array): HostTensor {
  return { shape: [values.length], values };
}

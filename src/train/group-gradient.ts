/**
 * What one group of images contributes to a step: the gradient for the base update, by way of the sharpness-aware rule
 * where there is one, the batch statistics, and the measures.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { meanCrossEntropy } from '../engine/operations/cross-entropy.js';
import { exactQuotient } from '../engine/operations/exact-quotient.js';
import { seededNormal } from '../engine/operations/seeded.js';
import type { Tensors } from '../engine/program.js';
import { tf } from '../engine/tensorflow.js';
import { type FlatLayout, flatStatistics, lengthOf, namedWeights } from '../model/flat.js';
import type { Network, NormalizationMode } from '../model/network.js';
import type {
  GradientAt,
  GradientFunction,
  OptimizerState,
  Settings,
  SharpnessGradient,
  SharpnessRule,
  StepKind,
} from '../optimizer/rule.js';
import { cosine, norm } from '../optimizer/vector.js';
import type { ModelSettings } from '../suite/cell.js';
import { packMeasures } from './measures.js';
import { stateOf } from './program-state.js';

/** What the gradient of a group is made from. */
export interface GroupDefinition {
  network: Network;
  model: ModelSettings;
  layout: FlatLayout;
  rule: SharpnessRule | null;
  ruleSettings: Settings;
  /** Weight decay inside the loss. */
  decay: number;
  normalization: NormalizationMode;
  /** Images of a group. */
  images: number;
}

export interface GroupResult {
  gradient: Tensor1D;
  /** The gradient at the weights w, or where the rule takes none there, at the perturbed weights. */
  clean: Tensor1D;
  /** Batch statistics of the first pass; null for a network without any, and where the moving ones are used. */
  statistics: Tensor1D | null;
  measures: Tensor1D;
  /** Empty where the rule's state stays as it is. */
  ruleState: OptimizerState;
  /** Gradients taken, in whole groups. */
  evaluations: number;
  lossOf: LossOf;
}

/** What the loss among the measures is the loss of, as for the accuracy: all images of the group or its first ones, and where. */
export interface LossOf {
  images: 'all' | 'part';
  weights: 'w' | 'perturbed';
}

/** A gradient function over one group, and what it has seen. */
interface Passes {
  at: GradientFunction;
  evaluations(): number;
  /** Accuracy in the first pass, a fraction. */
  accuracy(): Scalar;
  statistics(): Tensor1D | null;
  /** Where the last gradient was taken. */
  lastPoint(): Tensor1D;
  /** Whether every gradient was taken over all images. */
  sawAll(): boolean;
  /** Whether the first one was. */
  sawAllAtFirst(): boolean;
}

/** The gradient of one group from the program's state and its inputs. */
export function groupGradient(
  definition: GroupDefinition,
  state: Tensors,
  inputs: Tensors,
  kind: StepKind,
): GroupResult {
  const { rule, ruleSettings, layout, images } = definition;
  const parameters = state.parameters as Tensor1D;
  const passes = passesOver(definition, state, inputs);
  if (!rule) {
    const { loss, gradient } = passes.at(parameters);
    const length = norm(gradient);
    const measures = { loss, accuracy: passes.accuracy(), gradientNorm: length, updateNorm: length };
    return resultOf(passes, gradient, gradient, packMeasures(measures), {}, 'w');
  }
  const noise = inputs.noiseSeed
    ? seededNormal<Tensor1D>(inputs.noiseSeed as Tensor1D, [lengthOf(layout.trainable)])
    : null;
  const result = rule.gradient(passes.at, parameters, {
    settings: ruleSettings,
    layout: layout.trainable,
    state: stateOf('rule', state),
    noise,
    kind,
    images,
  });
  const first = result.clean ?? result.perturbed;
  if (!first) throw new TypeError(`${rule.name} took no gradient`);
  const measures = packMeasures({
    loss: first.loss,
    accuracy: passes.accuracy(),
    gradientNorm: norm(first.gradient),
    updateNorm: norm(result.gradient),
    ...perturbationMeasures(result, passes, parameters),
  });
  return resultOf(
    passes,
    result.gradient,
    first.gradient,
    measures,
    kind === 'whole' ? (result.state ?? {}) : {},
    result.clean ? 'w' : 'perturbed',
  );
}

function resultOf(
  passes: Passes,
  gradient: Tensor1D,
  clean: Tensor1D,
  measures: Tensor1D,
  ruleState: OptimizerState,
  weights: LossOf['weights'],
): GroupResult {
  return {
    gradient,
    clean,
    statistics: passes.statistics(),
    measures,
    ruleState,
    evaluations: passes.evaluations(),
    lossOf: { images: passes.sawAllAtFirst() ? 'all' : 'part', weights },
  };
}

function perturbationMeasures(
  { clean, perturbed, perturbation }: SharpnessGradient,
  passes: Passes,
  parameters: Tensor1D,
): Parameters<typeof packMeasures>[0] {
  const { sub, cast, greaterEqual } = tf();
  const both = clean && perturbed && passes.sawAll();
  return {
    ...(perturbed
      ? { perturbedLoss: perturbed.loss, appliedNorm: norm(sub(passes.lastPoint(), parameters)) }
      : {}),
    ...(both ? { ascended: cast(greaterEqual(perturbed.loss, clean.loss), 'float32') as Scalar } : {}),
    ...(perturbation ? { perturbationNorm: norm(perturbation) } : {}),
    ...(clean && perturbed ? { gradientCosine: cosine(clean.gradient, perturbed.gradient) } : {}),
  };
}

function passesOver(definition: GroupDefinition, state: Tensors, inputs: Tensors): Passes {
  const { network, model, layout, decay, normalization, images: size } = definition;
  const statistics = (state.statistics as Tensor1D | undefined) ?? null;
  const images = scaledImages(inputs);
  const labels = inputs.labels as Tensor1D;
  const dropoutSeed = (inputs.dropoutSeed as Tensor1D | undefined) ?? null;
  let evaluations = 0;
  let sawAll = true;
  let sawAllAtFirst = true;
  let lastPoint: Tensor1D | null = null;
  let accuracy: Scalar | null = null;
  let batchStatistics: Tensor1D | null = null;
  const at = (point: Tensor1D, count = size): GradientAt => {
    const first = lastPoint === null;
    lastPoint = point;
    evaluations += count / size;
    sawAll &&= count === size;
    if (first) sawAllAtFirst = sawAll;
    const { slice, valueAndGrad, keep } = tf();
    const seen = count === size ? images : slice(images, [0, 0, 0, 0], [count, -1, -1, -1]);
    const wanted = count === size ? labels : slice(labels, [0], [count]);
    const escaped: Tensor[] = [];
    const { value, grad } = valueAndGrad((flat: Tensor) => {
      const weights = namedWeights(flat as Tensor1D, statistics, layout);
      const pass = network.forward(seen, weights, normalization, model, dropoutSeed);
      if (first) {
        const moved = pass.statistics.size > 0 ? flatStatistics(pass.statistics, layout) : null;
        escaped.push(keep(accuracyOf(pass.logits, wanted)));
        if (moved) escaped.push(keep(moved));
      }
      return meanCrossEntropy(pass.logits, wanted);
    })(point);
    if (first)
      [accuracy, batchStatistics] = [owned(escaped[0]) as Scalar, owned(escaped[1]) as Tensor1D | null];
    return { loss: value as Scalar, gradient: withDecay(grad as Tensor1D, point, decay) };
  };
  return {
    at,
    evaluations: () => evaluations,
    accuracy: () => demanded(accuracy),
    statistics: () => batchStatistics,
    lastPoint: () => demanded(lastPoint),
    sawAll: () => sawAll,
    sawAllAtFirst: () => sawAllAtFirst,
  };
}

function demanded<T>(value: T | null): T {
  if (value === null) throw new TypeError('no gradient was taken');
  return value;
}

/** Pixels scaled to [0, 1], shifted by each image's brightness and clipped where there is one. */
export function scaledImages(inputs: Tensors): Tensor4D {
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

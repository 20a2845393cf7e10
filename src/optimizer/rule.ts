/**
 * What an optimizer is: two orthogonal parts, both pure functions on flat vectors. A base update turns a gradient into
 * new parameters; a sharpness-aware gradient decides which gradient the base receives.
 */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { TObject } from 'typebox';

/** Named vectors and scalars that an update keeps between steps. */
export type OptimizerState = Record<string, Tensor1D | Scalar>;

/** Shapes of the state, made before training: every entry starts at zero. */
export type StateShapes = Record<string, 'vector' | 'scalar'>;

/** A base update: (gradient, state, parameters, rate) to (parameters, state). */
export interface BaseRule {
  name: string;
  /** One line for people. */
  title: string;
  /** Where the formula comes from. */
  source: string;
  /** Schema of its settings, `name` and `learningRate` left out; numbers may become grid axes. */
  settings: TObject;
  state(settings: Settings): StateShapes;
  update(
    gradient: Tensor1D,
    state: OptimizerState,
    parameters: Tensor1D,
    rate: Scalar,
    settings: Settings,
  ): { parameters: Tensor1D; state: OptimizerState };
}

/** The loss and its gradient at one point, over one batch. */
export interface GradientAt {
  loss: Scalar;
  gradient: Tensor1D;
}

/**
 * Evaluates loss and gradient at `parameters` on the step's batch, or on its first `images` images. A call counts as one
 * gradient evaluation, or as its share of one; moving statistics move on the first call of a step only.
 */
export type GradientFunction = (parameters: Tensor1D, images?: number) => GradientAt;

/** What a sharpness-aware rule hands to the base update, with its diagnostics. */
export interface SharpnessGradient {
  /** The gradient for the base update. */
  gradient: Tensor1D;
  /** At the weights w; null for a rule that takes no gradient there. */
  clean: GradientAt | null;
  /** At the perturbed weights; null for a step without any. */
  perturbed: GradientAt | null;
  /** The point at which the second gradient was taken, minus w; null for a step without a perturbation. */
  perturbation: Tensor1D | null;
  /** The rule's new state; absent for a rule without one. */
  state?: OptimizerState;
}

/** A rule with cheap steps takes a whole one at the first step of every cycle and light ones for the rest of it. */
export type StepKind = 'whole' | 'light';

/** What a sharpness-aware rule may read besides the gradient function and the parameters. */
export interface SharpnessContext {
  settings: Settings;
  layout: ParameterLayout;
  /** The rule's own state, as declared by `state`; empty for a rule without one. */
  state: OptimizerState;
  /** A seeded standard normal vector of the size of the parameters, new at each step; only for rules with `noise`. */
  noise: Tensor1D | null;
  kind: StepKind;
  /** Images that the gradient function sees. */
  images: number;
}

/** A sharpness-aware gradient: (gradient-at function, parameters) to the gradient that the base receives. */
export interface SharpnessRule {
  name: string;
  title: string;
  source: string;
  /** Schema of its settings, `name`, `m`, `bn` and `base` left out; numbers may become grid axes. */
  settings: TObject;
  /** Gradients of one whole batch that a step of this kind costs. */
  gradientEvaluations(settings: Settings, kind: StepKind): number;
  /** Steps of a cycle, of which the first is whole and the others are light; absent where every step is whole. */
  cycle?(settings: Settings): number;
  /**
   * L2 norm that the perturbation has at step `step` (from 0), which every cell checks; null where that step has none, absent
   * where it varies.
   */
  perturbationNorm?(settings: Settings, step: number): number | null;
  /** False for a rule that takes its second gradient where it took the first, which is a mistake kept to be shown. */
  applies?: false;
  /**
   * Shapes of the rule's state; absent for a rule without one. Where a batch is cut into groups, each group starts from
   * the same state, and the mean of their new states is kept.
   */
  state?(settings: Settings): StateShapes;
  /** Whether the rule needs `context.noise`. */
  noise?: boolean;
  gradient(at: GradientFunction, parameters: Tensor1D, context: SharpnessContext): SharpnessGradient;
}

/** A rule's own settings, checked against its schema before a rule sees them. */
export type Settings = Readonly<Record<string, unknown>>;

/** The number that `settings` hold under `name`; a `TypeError` when it is none, which the suite's schema rules out. */
export function numberOf(settings: Settings, name: string): number {
  const value = settings[name];
  if (typeof value !== 'number') throw new TypeError(`setting ${name} is not a number`);
  return value;
}

/** Where each trainable parameter lies in the flat vector. */
export type ParameterLayout = readonly {
  name: string;
  offset: number;
  size: number;
  shape: readonly number[];
}[];

/** The kind of step `step`, from 0, of a rule; null is a base alone. */
export function kindOfStep(rule: SharpnessRule | null, settings: Settings, step: number): StepKind {
  return step % (rule?.cycle?.(settings) ?? 1) === 0 ? 'whole' : 'light';
}

/** Gradient evaluations of the first `steps` steps of a rule, exactly; null is a base alone. */
export function evaluationsOfSteps(rule: SharpnessRule | null, settings: Settings, steps: number): number {
  if (!rule) return steps;
  const whole = Math.ceil(steps / (rule.cycle?.(settings) ?? 1));
  const light = steps - whole;
  const lightCost = light > 0 ? light * rule.gradientEvaluations(settings, 'light') : 0;
  return whole * rule.gradientEvaluations(settings, 'whole') + lightCost;
}

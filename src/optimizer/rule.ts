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
 * Evaluates loss and gradient at `parameters` on the step's batch. Every call counts as one gradient evaluation; moving
 * statistics move on the first call of a step only.
 */
export type GradientFunction = (parameters: Tensor1D) => GradientAt;

/** What a sharpness-aware rule hands to the base update, with its diagnostics. */
export interface SharpnessGradient {
  /** The gradient for the base update. */
  gradient: Tensor1D;
  clean: GradientAt;
  perturbed: GradientAt;
  /** The point at which the second gradient was taken, minus w. */
  perturbation: Tensor1D;
  /** The rule's new state; absent for a rule without one. */
  state?: OptimizerState;
}

/** What a sharpness-aware rule may read besides the gradient function and the parameters. */
export interface SharpnessContext {
  settings: Settings;
  layout: ParameterLayout;
  /** The rule's own state, as declared by `state`; empty for a rule without one. */
  state: OptimizerState;
  /** A seeded standard normal vector of the size of the parameters, new at each step; only for rules with `noise`. */
  noise: Tensor1D | null;
}

/** A sharpness-aware gradient: (gradient-at function, parameters) to the gradient that the base receives. */
export interface SharpnessRule {
  name: string;
  title: string;
  source: string;
  /** Schema of its settings, `name`, `m` and `base` left out; numbers may become grid axes. */
  settings: TObject;
  /** Gradients of one whole batch that a step costs. */
  gradientEvaluations(settings: Settings): number;
  /** Shapes of the rule's state; absent for a rule without one. */
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

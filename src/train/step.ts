/**
 * One training step as a pure function: from parameters, moving statistics and optimizer state, and a batch, to their
 * successors. A batch may be cut into groups of `m` images, each with its own gradient, perturbation and batch
 * statistics (m-sharpness); then `accumulate` runs once a group and `apply` once a step, so that memory is that of a group.
 */
import type { ProgramDefinition } from '../engine/program.js';
import type { FlatLayout } from '../model/flat.js';
import { decayInLoss } from '../optimizer/base/decay.js';
import { evaluationsOfSteps, kindOfStep, type StepKind } from '../optimizer/rule.js';
import { groupGradient, type LossOf } from './group-gradient.js';
import { type StepDefinition, stepParts } from './step-parts.js';
import { type StepFunction, stepFunctions, stepState } from './step-program.js';
import type { GroupFunction } from './update-functions.js';

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
  const parts = stepParts(definition);
  const { network, model, layout, baseSettings, rule, ruleSettings, normalization, groupSize } = parts;
  const evaluations: Record<StepKind, number> = { whole: 0, light: 0 };
  const losses: Record<StepKind, LossOf | null> = { whole: null, light: null };
  const decay = decayInLoss(baseSettings);
  const ofGroup = { network, model, layout, rule, ruleSettings, decay, normalization, images: groupSize };
  const group: GroupFunction = (state, inputs, kind) => {
    const result = groupGradient(ofGroup, state, inputs, kind);
    evaluations[kind] = result.evaluations;
    losses[kind] = result.lossOf;
    return result;
  };
  const functions = stepFunctions(parts, group);
  return {
    layout,
    groupSize,
    groups: parts.groups,
    cycle: rule?.cycle?.(ruleSettings) ?? 1,
    kindOf: (index) => kindOfStep(rule, ruleSettings, index),
    draws: parts.draws,
    movesStatistics: parts.movesStatistics,
    statisticsMomentum: parts.statisticsMomentum,
    perturbationNorm: (index) => rule?.perturbationNorm?.(ruleSettings, index) ?? null,
    appliesPerturbation: rule !== null && rule.applies !== false,
    evaluationsOf: (steps) => evaluationsOfSteps(rule, ruleSettings, steps),
    countedEvaluations: (kind = 'whole') => evaluations[kind],
    lossOf: (kind) => losses[kind],
    program: (seed) => ({ state: stepState(parts, seed), functions }),
  };
}

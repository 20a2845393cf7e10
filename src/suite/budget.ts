/** What a cell costs, known from its settings alone. */
import { findDataSet } from '../data/registry.js';
import { networks } from '../model/registry.js';
import { sharpness } from '../optimizer/registry.js';
import { evaluationsOfSteps, type SharpnessRule } from '../optimizer/rule.js';
import { type Budget, type CellSettings, isSharpness, type OptimizerSettings } from './cell.js';

/** Gradients of one whole batch that the first `steps` steps of this optimizer take, exactly: one a step for a base alone. */
export function gradientEvaluationsOf(optimizer: OptimizerSettings, steps: number): number {
  return evaluationsOfSteps(ruleOf(optimizer), optimizer, steps);
}

/** The mean over the steps of one cycle of the optimizer: 1 for a base alone, 2 for SAM, (k + 1) / k for LookSAM. */
export function gradientEvaluationsPerStep(optimizer: OptimizerSettings): number {
  const cycle = ruleOf(optimizer)?.cycle?.(optimizer) ?? 1;
  return gradientEvaluationsOf(optimizer, cycle) / cycle;
}

function ruleOf(optimizer: OptimizerSettings): SharpnessRule | null {
  if (!isSharpness(optimizer)) return null;
  const rule = sharpness[optimizer.name];
  if (rule === undefined) throw new TypeError(`no sharpness-aware rule is called ${optimizer.name}`);
  return rule;
}

/** Multiply-adds of one forward pass of one image. */
export function multiplyAddsOf(settings: Pick<CellSettings, 'model' | 'data'>): number {
  const network = networks[settings.model.name];
  const dataSet = findDataSet(settings.data.name);
  if (network === undefined) throw new TypeError(`no network is called ${settings.model.name}`);
  if (dataSet === undefined) throw new TypeError(`no data set is called ${settings.data.name}`);
  return network.describe(settings.model, dataSet.image, dataSet.classes).multiplyAdds;
}

/**
 * The budget of a cell. The last partial batch of an epoch is dropped, so an epoch has floor(train / batch) steps; an
 * image's forward and backward pass take 6 operations for a multiply-add of the forward pass.
 */
export function budgetOf(settings: CellSettings): Budget {
  const { data, batch, epochs, optimizer } = settings;
  const steps = Math.floor(data.train / batch) * epochs;
  const gradientEvaluations = wholeEvaluations(gradientEvaluationsOf(optimizer, steps));
  return {
    epochs,
    steps,
    gradientEvaluations,
    flops: gradientEvaluations * batch * 6 * multiplyAddsOf(settings),
  };
}

/** A sum of gradient evaluations as a budget holds it: parts of one at the end count as a whole one. */
export function wholeEvaluations(evaluations: number): number {
  return Math.max(0, Math.ceil(evaluations - 1e-6));
}

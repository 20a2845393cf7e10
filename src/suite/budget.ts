/** What a cell costs, known from its settings alone. */
import { findDataSet } from '../data/registry.js';
import { networks } from '../model/registry.js';
import { sharpness } from '../optimizer/registry.js';
import { type Budget, type CellSettings, isSharpness, type OptimizerSettings } from './cell.js';

/** Gradients of one whole batch that a step of this optimizer takes: 1 for a base alone. */
export function gradientEvaluationsPerStep(optimizer: OptimizerSettings): number {
  if (!isSharpness(optimizer)) return 1;
  const rule = sharpness[optimizer.name];
  if (rule === undefined) throw new TypeError(`no sharpness-aware rule is called ${optimizer.name}`);
  return rule.gradientEvaluations(optimizer);
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
  // A rule that ascends in every k-th step does so in the first: the share of the last steps counts as a whole one.
  const gradientEvaluations = Math.max(0, Math.ceil(steps * gradientEvaluationsPerStep(optimizer) - 1e-6));
  return {
    epochs,
    steps,
    gradientEvaluations,
    flops: gradientEvaluations * batch * 6 * multiplyAddsOf(settings),
  };
}

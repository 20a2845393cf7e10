/** What a step is made from, looked up and worked out once: network, layout, rules, groups, and what moves. */
import { type FlatLayout, flatLayout, lengthOf } from '../model/flat.js';
import type { Network, NormalizationMode, ParameterSpec } from '../model/network.js';
import { optionsOf } from '../model/options.js';
import { networks } from '../model/registry.js';
import type { ModelSettings, OptimizerSettings } from '../suite/cell.js';
import { type Parts, partsOf } from './optimizer-parts.js';

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

/** A definition with all that follows from it. */
export interface StepParts extends Parts {
  definition: StepDefinition;
  model: ModelSettings;
  network: Network;
  specs: readonly ParameterSpec[];
  layout: FlatLayout;
  normalization: NormalizationMode;
  /** Images in one group; the batch where it is not cut. */
  groupSize: number;
  groups: number;
  /** Random numbers that a step needs: the noise of a rule, the dropout of a network. */
  draws: { noise: boolean; dropout: boolean };
  /** Whether a step moves the moving statistics, and the share that they keep then. */
  movesStatistics: boolean;
  statisticsMomentum: number;
}

/** The parts of `definition`; throws a TypeError when a rule or a network is unknown, which the suite's schema rules out. */
export function stepParts(definition: StepDefinition): StepParts {
  const { model, optimizer, image, classes, batch } = definition;
  const network = networks[model.name];
  if (!network) throw new TypeError(`there is no network ${model.name}`);
  const { parameters: specs } = network.describe(model, image, classes);
  const layout = flatLayout(specs);
  const parts = partsOf(optimizer);
  const normalization = definition.normalization ?? (optimizer.bn === 'moving' ? 'moving' : 'batch');
  const groupSize = groupSizeOf(optimizer, batch);
  return {
    ...parts,
    definition,
    model,
    network,
    specs,
    layout,
    normalization,
    groupSize,
    groups: batch / groupSize,
    draws: { noise: parts.rule?.noise === true, dropout: network.drops?.(model) === true },
    movesStatistics: lengthOf(layout.statistics) > 0 && normalization === 'batch',
    statisticsMomentum: optionsOf(model).bnMomentum,
  };
}

/** Images of one group: the setting `m` of an optimizer, or the whole batch. */
export function groupSizeOf(optimizer: OptimizerSettings, batch: number): number {
  const m = optimizer.m;
  return typeof m === 'number' ? Math.min(m, batch) : batch;
}

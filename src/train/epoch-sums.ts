/** Running sums of a training epoch, and the history row that they become. */
import type { Evaluation, HistoryRow } from '../results/result.js';
import { type MeasureName, type Measures, measureNames } from './measures.js';

/** Sums over the steps of the epoch so far; plain data, so that a checkpoint can hold it. */
export interface EpochSums {
  steps: number;
  /** Sums over the steps that have the measure, and how many those are. */
  sums: Record<MeasureName, number>;
  counts: Record<MeasureName, number>;
  trainSeconds: number;
}

/** Before the first step of an epoch. */
export function freshSums(): EpochSums {
  const zeros = () => Object.fromEntries(measureNames.map((name) => [name, 0] as const)) as EpochSums['sums'];
  return { steps: 0, sums: zeros(), counts: zeros(), trainSeconds: 0 };
}

/** Measures that a step may be without: not a number then says just that. */
const mayLack: ReadonlySet<MeasureName> = new Set<MeasureName>([
  'perturbedLoss',
  'perturbationNorm',
  'gradientCosine',
  'appliedNorm',
  'ascended',
]);

/** Adds one step. */
export function addStep(epoch: EpochSums, measures: Measures): void {
  epoch.steps += 1;
  for (const name of measureNames) {
    if (Number.isNaN(measures[name]) && mayLack.has(name)) continue;
    epoch.sums[name] += measures[name];
    epoch.counts[name] += 1;
  }
}

/** The history row of a finished epoch. */
export function historyRow(
  epoch: number,
  { sums, counts, trainSeconds }: EpochSums,
  monitored: Evaluation | null,
  learningRate: number,
  evaluationSeconds: number,
): HistoryRow {
  const mean = (name: MeasureName) => sums[name] / counts[name];
  const meanOrNull = (name: MeasureName) => (Number.isNaN(mean(name)) ? null : mean(name));
  return {
    epoch,
    trainLoss: mean('loss'),
    trainAccuracy: mean('accuracy'),
    valLoss: monitored?.loss ?? null,
    valAccuracy: monitored?.accuracy ?? null,
    learningRate,
    gradientNorm: mean('gradientNorm'),
    perturbationNorm: meanOrNull('perturbationNorm'),
    gradientCosine: meanOrNull('gradientCosine'),
    perturbedLoss: meanOrNull('perturbedLoss'),
    trainSeconds,
    evaluationSeconds,
  };
}

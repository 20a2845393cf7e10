/** Running sums of a training epoch, and the history row that they become. */
import type { Evaluation, HistoryRow } from '../results/result.js';
import { type MeasureName, type Measures, measureNames } from './measures.js';

/** Sums over the steps of the epoch so far; plain data, so that a checkpoint can hold it. */
export interface EpochSums {
  steps: number;
  sums: Record<MeasureName, number>;
  trainSeconds: number;
}

/** Before the first step of an epoch. */
export function freshSums(): EpochSums {
  const zeros = measureNames.map((name) => [name, 0] as const);
  return { steps: 0, sums: Object.fromEntries(zeros) as EpochSums['sums'], trainSeconds: 0 };
}

/** Adds one step. */
export function addStep(epoch: EpochSums, measures: Measures): void {
  epoch.steps += 1;
  for (const name of measureNames) epoch.sums[name] += measures[name];
}

/** The history row of a finished epoch. */
export function historyRow(
  epoch: number,
  { steps, sums, trainSeconds }: EpochSums,
  monitored: Evaluation | null,
  learningRate: number,
  evaluationSeconds: number,
): HistoryRow {
  const mean = (name: MeasureName) => sums[name] / steps;
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

/**
 * A cell's result in the form that reports need: its history as columns of numbers, which take a tenth of the memory of
 * rows, so that ten thousand cells fit.
 */
import type { CellResult, HistoryRow } from '../../results/result.js';

/** The numbers of a history row that reports draw. */
export const curveFields = [
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
  'learningRate',
  'gradientNorm',
  'perturbationNorm',
  'gradientCosine',
  'perturbedLoss',
  'trainSeconds',
  'evaluationSeconds',
] as const satisfies readonly (keyof HistoryRow)[];

export type CurveField = (typeof curveFields)[number];

/** One column for each field, one entry for each epoch; NaN where the row holds null. */
export type HistoryColumns = { epoch: Float64Array } & Record<CurveField, Float64Array>;

/** A result without its rows. */
export interface CellRecord extends Omit<CellResult, 'history'> {
  history: HistoryColumns;
}

/** Turns the rows of a result's history into columns. */
export function condense(result: CellResult): CellRecord {
  const { history: rows, ...rest } = result;
  const history = { epoch: new Float64Array(rows.length) } as HistoryColumns;
  for (const field of curveFields) history[field] = new Float64Array(rows.length);
  // Row by row and without a closure for each number: a large suite has tens of millions of them.
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as HistoryRow;
    history.epoch[index] = row.epoch;
    history.trainLoss[index] = row.trainLoss;
    history.trainAccuracy[index] = row.trainAccuracy;
    history.valLoss[index] = row.valLoss ?? Number.NaN;
    history.valAccuracy[index] = row.valAccuracy ?? Number.NaN;
    history.learningRate[index] = row.learningRate;
    history.gradientNorm[index] = row.gradientNorm;
    history.perturbationNorm[index] = row.perturbationNorm ?? Number.NaN;
    history.gradientCosine[index] = row.gradientCosine ?? Number.NaN;
    history.perturbedLoss[index] = row.perturbedLoss ?? Number.NaN;
    history.trainSeconds[index] = row.trainSeconds;
    history.evaluationSeconds[index] = row.evaluationSeconds;
  }
  return { ...rest, history };
}

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
  const { history, ...rest } = result;
  const column = (field: CurveField | 'epoch') =>
    Float64Array.from(history, (row) => row[field] ?? Number.NaN);
  const columns = Object.fromEntries(curveFields.map((field) => [field, column(field)]));
  return { ...rest, history: { ...(columns as Record<CurveField, Float64Array>), epoch: column('epoch') } };
}

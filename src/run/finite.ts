/** Keeps numbers that are none out of result files, which JSON cannot hold, without losing the rest of the result. */
import type { CellResult, HistoryRow } from '../results/result.js';
import { divergenceOf } from '../train/divergence.js';

/**
 * The same result where all numbers are finite. Otherwise: what may be null in an epoch becomes null, an epoch without a
 * loss of its own is left out, and a cell whose final loss is not a number counts as diverged.
 */
export function withFiniteNumbers(result: CellResult): CellResult {
  const history = result.history.map(nullWhereNone).filter(isComplete);
  const { final } = result;
  const losses = [final?.test.loss, final?.validation?.loss].filter((loss) => loss !== undefined);
  if (losses.every(Number.isFinite)) return { ...result, history };
  const loss = losses.find((each) => !Number.isFinite(each));
  const message = divergenceOf(`the loss of the final weights was ${loss}`);
  return {
    ...result,
    history,
    status: 'diverged',
    error: { code: 'cell-diverged', message },
    final: null,
  };
}

function nullWhereNone(row: HistoryRow): HistoryRow {
  const finite = (value: number | null) => (value !== null && Number.isFinite(value) ? value : null);
  return {
    ...row,
    valLoss: finite(row.valLoss),
    valAccuracy: finite(row.valAccuracy),
    perturbationNorm: finite(row.perturbationNorm),
    gradientCosine: finite(row.gradientCosine),
    perturbedLoss: finite(row.perturbedLoss),
  };
}

function isComplete(row: HistoryRow): boolean {
  return [row.trainLoss, row.trainAccuracy, row.learningRate, row.gradientNorm].every(Number.isFinite);
}

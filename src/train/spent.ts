/** What a cell has spent of its budget so far. */
import type { CellResult } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import type { Position } from './checkpoint.js';

/** Steps of the epochs that ended and of the one under way. */
export function stepsRun({ budget }: Cell, { history, stepsDone }: Position): number {
  return history.length * (budget.steps / budget.epochs) + stepsDone;
}

/** The budget as it was spent, which early stopping makes smaller than planned. */
export function budgetSpent(cell: Cell, position: Position): CellResult['budget'] {
  const { budget } = cell;
  // As in the plan, a part of a gradient at the end counts as a whole one.
  const gradientEvaluations = Math.ceil(position.gradientEvaluations - 1e-6);
  return {
    epochs: position.history.length,
    steps: stepsRun(cell, position),
    gradientEvaluations,
    flops: (budget.flops / budget.gradientEvaluations) * gradientEvaluations,
  };
}

/** What a cell leaves behind as its reason when a loss is not a number. */
import { SambenchError } from '../errors.js';

/** The message of a diverged cell: `problem`, a sentence without its full stop, and what to do. */
export function divergenceOf(problem: string): string {
  const fix = 'Lower learningRate or rho, begin with warmupEpochs, or limit the gradient with clipNorm.';
  return new SambenchError('cell-diverged', { problem, fix }).message;
}

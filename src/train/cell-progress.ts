/** Where the training of a cell is, for people who wait for it. */
import type { Progress } from '../run/messages.js';
import type { Position } from './checkpoint.js';

/** The progress at `position`, of `epochs` of `steps` steps; the accuracy is that of the last epoch that ended. */
export function progressOf(
  { epoch, stepsDone, sums, history }: Position,
  epochs: number,
  steps: number,
): Progress {
  const row = history.at(-1);
  return {
    epoch: Math.min(epoch, epochs),
    epochs,
    step: stepsDone,
    steps,
    trainLoss: sums.steps > 0 ? sums.sums.loss / sums.steps : (row?.trainLoss ?? null),
    valAccuracy: row?.valAccuracy ?? null,
  };
}

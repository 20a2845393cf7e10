/** Early stopping and rate cuts on a plateau, as Keras' callbacks of those names behave with the loss as monitor. */
import type { StopSettings } from '../suite/cell.js';

/** What the callbacks remember from epoch to epoch; plain data, so that a checkpoint can hold it. */
export interface StoppingState {
  /** Loss and epoch of the last improvement that early stopping counted, which is the best but for `minDelta`. */
  bestLoss: number | null;
  bestEpoch: number;
  stoppingWait: number;
  plateauBest: number | null;
  plateauWait: number;
  /** Product of all rate cuts so far. */
  rateScale: number;
  stopped: boolean;
}

/** Before the first epoch. */
export function freshStopping(): StoppingState {
  return {
    bestLoss: null,
    bestEpoch: 0,
    stoppingWait: 0,
    plateauBest: null,
    plateauWait: 0,
    rateScale: 1,
    stopped: false,
  };
}

/** The state after an epoch that ended with the monitored `loss`. */
export function afterEpoch(
  state: StoppingState,
  epoch: number,
  loss: number,
  settings: StopSettings,
): StoppingState {
  return { ...state, ...stoppingAfter(state, epoch, loss, settings), ...plateauAfter(state, loss, settings) };
}

function stoppingAfter(
  state: StoppingState,
  epoch: number,
  loss: number,
  { earlyStopping }: StopSettings,
): Partial<StoppingState> {
  if (!earlyStopping) return {};
  const { patience, minDelta } = earlyStopping;
  if (improves(loss, state.bestLoss, minDelta)) return { bestLoss: loss, bestEpoch: epoch, stoppingWait: 0 };
  const stoppingWait = state.stoppingWait + 1;
  return { stoppingWait, stopped: stoppingWait >= patience };
}

function plateauAfter(state: StoppingState, loss: number, { plateau }: StopSettings): Partial<StoppingState> {
  if (!plateau) return {};
  const { factor, patience, minDelta } = plateau;
  if (improves(loss, state.plateauBest, minDelta)) return { plateauBest: loss, plateauWait: 0 };
  const plateauWait = state.plateauWait + 1;
  if (plateauWait < patience) return { plateauWait };
  return { plateauWait: 0, rateScale: state.rateScale * factor };
}

/** Keras' comparison of its mode `min`: lower by more than `minDelta`, a decrease of just so much is none. */
function improves(loss: number, best: number | null, minDelta: number): boolean {
  return best === null || loss < best - minDelta;
}

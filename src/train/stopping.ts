/** Early stopping and rate cuts on a plateau, as Keras' callbacks of those names behave with the loss as monitor. */
import type { StopSettings } from '../suite/cell.js';

/** Smallest decrease of the loss that ReduceLROnPlateau counts as an improvement, Keras' default. */
const plateauMinDelta = 1e-4;

/** What the callbacks remember from epoch to epoch; plain data, so that a checkpoint can hold it. */
export interface StoppingState {
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
  if (state.bestLoss === null || loss < state.bestLoss)
    return { bestLoss: loss, bestEpoch: epoch, stoppingWait: 0 };
  const stoppingWait = state.stoppingWait + 1;
  return { stoppingWait, stopped: earlyStopping !== undefined && stoppingWait >= earlyStopping.patience };
}

function plateauAfter(state: StoppingState, loss: number, { plateau }: StopSettings): Partial<StoppingState> {
  if (!plateau) return {};
  if (state.plateauBest === null || loss < state.plateauBest - plateauMinDelta)
    return { plateauBest: loss, plateauWait: 0 };
  const plateauWait = state.plateauWait + 1;
  if (plateauWait < plateau.patience) return { plateauWait };
  return { plateauWait: 0, rateScale: state.rateScale * plateau.factor };
}

import { describe, expect, it } from 'vitest';
import { stream } from '../../src/stream.js';
import type { StopSettings } from '../../src/suite/cell.js';
import { afterEpoch, freshStopping, type StoppingState } from '../../src/train/stopping.js';

/** The states after each epoch, the last one that runs included. */
function follow(losses: readonly number[], settings: StopSettings): StoppingState[] {
  const states: StoppingState[] = [];
  let state = freshStopping();
  for (const [index, loss] of losses.entries()) {
    state = afterEpoch(state, index + 1, loss, settings);
    states.push(state);
    if (state.stopped) break;
  }
  return states;
}

describe('early stopping', () => {
  const patience = (count: number, minDelta = 0): StopSettings => ({
    earlyStopping: { patience: count, minDelta, restoreBest: true },
  });

  it('stops once `patience` epochs in a row have not lowered the loss', () => {
    const states = follow([3, 2, 2.5, 2.1, 2.2, 1], patience(3));
    expect(states).toHaveLength(5);
    expect(states.at(-1)).toMatchObject({ stopped: true, bestEpoch: 2, bestLoss: 2 });
  });

  it('begins to wait anew with every lower loss, however little lower', () => {
    const losses = [3, 3, 2.999999, 3, 3];
    expect(follow(losses, patience(2)).map(({ stopped }) => stopped)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('takes an equal loss for no improvement', () => {
    expect(follow([1, 1], patience(1)).at(-1)).toMatchObject({ stopped: true, bestEpoch: 1 });
  });

  it('counts a loss only where it is lower than the best by more than `minDelta`', () => {
    // Halves and quarters are exact, so that a decrease of just `minDelta` is just that.
    const states = follow([4, 3.5, 3.25, 3, 2.75, 2.5], patience(2, 0.5));
    expect(states.map(({ bestEpoch }) => bestEpoch)).toEqual([1, 1, 3, 3, 3]);
    expect(states.at(-1)).toMatchObject({ stopped: true, bestLoss: 3.25 });
  });

  it('measures from the last loss that counted, so that small decreases add up to one that does', () => {
    const states = follow([4, 3.75, 3.5, 3.25, 3, 2.75, 2.5], patience(3, 0.5));
    expect(states.map(({ bestEpoch }) => bestEpoch)).toEqual([1, 1, 1, 4, 4, 4, 7]);
    expect(states.at(-1)).toMatchObject({ stopped: false, stoppingWait: 0 });
  });

  it('with patience 0 stops at the first epoch that is not better, but not at the first of all', () => {
    expect(follow([1, 2, 0], patience(0)).map(({ stopped }) => stopped)).toEqual([false, true]);
  });

  it('never stops where it is not asked to', () => {
    expect(follow([1, 2, 3, 4, 5], {}).map(({ stopped }) => stopped)).toEqual(Array(5).fill(false));
  });

  it('knows the epoch of the lowest loss, and stops where the last `patience` epochs are all after it', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = stream(seed, 'test', 'stopping');
      const losses = Array.from({ length: 30 }, () => random.integer(20));
      const length = 1 + random.integer(6);
      const lowest = (epoch: number) => losses.indexOf(Math.min(...losses.slice(0, epoch))) + 1;
      const end = losses.findIndex((_, index) => index + 1 - lowest(index + 1) >= length) + 1;
      const states = follow(losses, patience(length));
      expect(states).toHaveLength(end === 0 ? losses.length : end);
      states.forEach(({ bestEpoch }, index) => {
        expect(bestEpoch).toBe(lowest(index + 1));
      });
    }
  });
});

describe('the rate on a plateau', () => {
  const plateau = (patience: number, factor = 0.5, minDelta = 1e-4): StopSettings => ({
    plateau: { factor, patience, minDelta },
  });
  const scales = (losses: readonly number[], settings: StopSettings) =>
    follow(losses, settings).map(({ rateScale }) => rateScale);

  it('is cut after `patience` epochs without improvement, and again after as many more', () => {
    expect(scales([1, 1, 1, 1, 1, 1, 1], plateau(3))).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25]);
  });

  it('takes a decrease of at most 1e-4 for none, measured from the last counted improvement', () => {
    // 0.99995 is no improvement on 1; 0.99989 is one.
    expect(scales([1, 0.99995, 0.99995], plateau(2))).toEqual([1, 1, 0.5]);
    expect(scales([1, 0.99995, 0.99989, 0.99989], plateau(2))).toEqual([1, 1, 1, 1]);
  });

  it('takes a decrease of at most another `minDelta` for none', () => {
    // From 4 to 3.25 is a decrease of just 0.75, which is none; to 3 is one, after which 2.5 is none.
    expect(scales([4, 3.5, 3.25, 3.25], plateau(2, 0.5, 0.75))).toEqual([1, 1, 0.5, 0.5]);
    expect(scales([4, 3.5, 3, 3, 2.5], plateau(2, 0.5, 0.75))).toEqual([1, 1, 1, 1, 0.5]);
    expect(scales([4, 3.25, 3.25], plateau(1, 0.5, 0.75))).toEqual([1, 0.5, 0.25]);
  });

  it('with `minDelta` 0 takes every lower loss for an improvement, but no equal one', () => {
    expect(scales([1, 0.99999, 0.99998, 0.99998], plateau(1, 0.5, 0))).toEqual([1, 1, 1, 0.5]);
  });

  it('does not wait after a cut: the next epochs count at once', () => {
    expect(scales([1, 2, 2, 2], plateau(1))).toEqual([1, 0.5, 0.25, 0.125]);
  });

  it('begins to count anew after an improvement', () => {
    expect(scales([1, 1, 0.5, 0.5, 0.5], plateau(2, 0.1))).toEqual([1, 1, 1, 1, 0.1]);
  });

  it('has another memory than early stopping: what improves for one may not for the other', () => {
    const states = follow([1, 0.99995, 0.9999, 0.99985], {
      earlyStopping: { patience: 2, minDelta: 0, restoreBest: false },
      plateau: { factor: 0.5, patience: 3, minDelta: 1e-4 },
    });
    expect(states.at(-1)).toMatchObject({ stopped: false, bestEpoch: 4, plateauBest: 0.99985, rateScale: 1 });
  });

  it('never changes where it is not asked to', () => {
    expect(scales([1, 2, 3, 4], {})).toEqual([1, 1, 1, 1]);
  });
});

/** How long cells take, by hand. */
import { describe, expect, it } from 'vitest';
import { expandSuite } from '../../src/suite/expand.js';
import {
  makespan,
  oneOfEachKind,
  secondsOf,
  secondsPerStep,
  speedOfCalibration,
  speedOfResults,
} from '../../src/suite/speed.js';
import { exampleResult } from '../results/example.js';
import { changed } from './example.js';

const { cells } = expandSuite(
  changed((suite) => {
    suite.data.labelNoise = [0, 0.4];
  }),
);
const kinds = oneOfEachKind(cells);
const speed = speedOfCalibration(kinds, {
  secondsPerStep: Object.fromEntries(kinds.map(({ id, arm }) => [id, arm === 'sam' ? 0.11 : 0.06])),
  peakRssBytes: 1e9,
  secondsPerCell: 7,
});
const cellOf = (arm: string, epochs: number) => {
  const cell = cells.find((one) => one.arm === arm && one.budget.epochs === epochs);
  if (cell === undefined) throw new Error('no such cell');
  return cell;
};

describe('the kinds of steps', () => {
  it('are one for each arm here: seeds, epochs and label noise change no step', () => {
    expect(kinds.map(({ arm }) => arm)).toEqual(['adam', 'sam']);
  });
});

describe('the time of a cell', () => {
  it('is that of its steps, of its evaluations at a third of a gradient, and of its start', () => {
    // 62 steps an epoch; 10 epochs of 500 validation images and 1000 test images: 6000 images.
    expect(secondsOf(cellOf('adam', 10), speed)).toBeCloseTo(620 * 0.06 + (6000 * 0.06) / 64 / 3 + 7, 9);
    // A step of SAM holds two gradients.
    expect(secondsOf(cellOf('sam', 10), speed)).toBeCloseTo(620 * 0.11 + (6000 * 0.11) / 2 / 64 / 3 + 7, 9);
  });

  it('adds one look at all training images where the weights are averaged', () => {
    const plain = cellOf('adam', 10);
    const settings = { ...plain.settings, average: { name: 'ema', decay: 0.9 } as const };
    const more = secondsOf({ ...plain, settings }, speed) - secondsOf(plain, speed);
    expect(more).toBeCloseTo((4000 * 0.06) / 64 / 3, 9);
  });

  it('of a kind that was not measured goes by its operations', () => {
    const [adam] = kinds;
    if (adam === undefined) throw new Error('no kind');
    const only = speedOfCalibration([adam], { secondsPerStep: { [adam.id]: 0.06 }, peakRssBytes: 1e9 });
    expect(secondsPerStep(cellOf('sam', 10), only)).toBeCloseTo(0.12, 9);
  });
});

describe('the speed that finished cells had', () => {
  it('is the median of their steps', () => {
    const cell = cellOf('adam', 10);
    const results = [31, 62, 93].map((trainSeconds) => {
      const { time, ...rest } = exampleResult(cell);
      const history = Array.from({ length: 10 }, (_, index) => ({ ...rest.history[0], epoch: index + 1 }));
      return { ...rest, history, time: { ...time, trainSeconds } } as ReturnType<typeof exampleResult>;
    });
    const found = speedOfResults(results);
    if (found === null) throw new Error('no speed');
    expect(secondsPerStep(cell, found)).toBeCloseTo(0.1, 9);
    expect(found.source).toBe('results');
  });

  it('is unknown without finished cells', () => {
    expect(speedOfResults([])).toBeNull();
    expect(speedOfResults([exampleResult(undefined, { status: 'failed' })])).toBeNull();
  });
});

describe('cells at a time', () => {
  it.each([
    [[3, 3, 3], 1, 9],
    [[3, 3, 3], 2, 6],
    [[5, 3, 3], 2, 6],
    [[1, 1, 8], 2, 9],
    [[4], 8, 4],
    [[], 2, 0],
  ])('%j with %i at a time take %i', (seconds, jobs, all) => {
    expect(makespan(seconds, jobs)).toBe(all);
  });
});

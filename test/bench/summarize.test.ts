/** Medians of all samples, ratios with the spread of single rounds. */
import { describe, expect, it } from 'vitest';
import { summarizeTimes, timeRatio } from '../../src/bench/summarize.js';

describe('summarizeTimes', () => {
  it('takes all rounds together', () => {
    expect(
      summarizeTimes([
        [3, 1],
        [2, 10],
      ]),
    ).toEqual({
      medianMilliseconds: 2.5,
      minMilliseconds: 1,
      maxMilliseconds: 10,
      samples: 4,
      samplesMilliseconds: [3, 1, 2, 10],
    });
  });
});

describe('timeRatio', () => {
  it('compares a round with the same round, so that a machine that slows down alters no ratio of rounds', () => {
    const ratio = timeRatio([[20], [40]], [[10], [20]]);
    expect(ratio).toEqual({ ratio: 2, low: 2, high: 2 });
  });
});

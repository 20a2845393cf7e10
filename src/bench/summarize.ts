/** Numbers of the times that were measured. */
import { median } from '../stats/describe.js';

/** The times of one contestant over all rounds, and all its samples. */
export interface TimeSummary {
  medianMilliseconds: number;
  minMilliseconds: number;
  maxMilliseconds: number;
  samples: number;
  samplesMilliseconds: number[];
}

/** One time as a multiple of another: of the medians, and the least and greatest of single rounds. */
export interface TimeRatio {
  ratio: number;
  low: number;
  high: number;
}

/** Median, least, greatest and number of the samples of all rounds. */
export function summarizeTimes(rounds: readonly (readonly number[])[]): TimeSummary {
  const samplesMilliseconds = rounds.flat();
  return {
    medianMilliseconds: median(samplesMilliseconds),
    minMilliseconds: Math.min(...samplesMilliseconds),
    maxMilliseconds: Math.max(...samplesMilliseconds),
    samples: samplesMilliseconds.length,
    samplesMilliseconds,
  };
}

/** How many times as long as `of` the steps of `times` take; rounds are compared with the same round. */
export function timeRatio(
  times: readonly (readonly number[])[],
  of: readonly (readonly number[])[],
): TimeRatio {
  const ratios = times.map((samples, round) => median(samples) / median(of[round] ?? []));
  return {
    ratio: median(times.flat()) / median(of.flat()),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
  };
}

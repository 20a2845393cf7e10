/** Step times: the median of each arm with its interval, and the ratio to the baseline round by round. */
import type { TimingResult } from '../../results/result.js';
import { median } from '../../stats/describe.js';
import { medianInterval } from '../../stats/median-interval.js';
import { tInterval } from '../../stats/t-interval.js';
import type { TimingSummary } from '../summary.js';

/**
 * Summarizes the timing phase. Samples of one round follow each other, so a round is the unit of the ratio: the mean
 * over rounds of the arm's median over the baseline's in the same round, with a t interval.
 */
export function summarizeTiming(timing: TimingResult | null, baseline: string): TimingSummary | null {
  if (timing === null) return null;
  const { rounds, steps, warmup, batch, environment } = timing;
  const base = timing.arms.find(({ arm }) => arm === baseline);
  const baseRounds = base ? medians(base.samplesMilliseconds, steps) : [];
  return {
    rounds,
    steps,
    warmup,
    batch,
    environment: environment.fingerprint,
    arms: timing.arms.map(({ arm, cell, samplesMilliseconds, ...rest }) => {
      const own = medians(samplesMilliseconds, steps);
      const ratios = own.flatMap((value, round) => {
        const other = baseRounds[round];
        return other === undefined || other <= 0 ? [] : [value / other];
      });
      const bounds = medianInterval(samplesMilliseconds);
      return {
        arm,
        cell,
        samples: samplesMilliseconds,
        median: rest.medianMilliseconds,
        low: bounds?.low ?? null,
        high: bounds?.high ?? null,
        mean: rest.meanMilliseconds,
        sd: rest.sdMilliseconds,
        imagesPerSecond: rest.imagesPerSecond,
        ratio: arm === baseline ? null : tInterval(ratios),
      };
    }),
  };
}

function medians(samples: readonly number[], steps: number): number[] {
  const rounds: number[] = [];
  for (let start = 0; start < samples.length; start += steps)
    rounds.push(median(samples.slice(start, start + steps)));
  return rounds;
}

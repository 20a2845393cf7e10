/** How the figure of a setting is printed: error in percent as `2.7±0.1`, or loss as `0.482±0.013`. */
import type { MeanInterval } from '../../stats/t-interval.js';
import { absent, minus } from '../number.js';
import { effect } from '../summarize/effect.js';
import type { SettingSummary } from '../summary.js';

export type Metric = 'accuracy' | 'loss';

/** Heading of the column that holds `errorOf`. */
export function errorHead(metric: Metric): string {
  return metric === 'accuracy' ? 'test error %' : 'test loss';
}

/** The metric's test figure, lower being better: error with its half width, `2.7±0.1`, `2.1±<0.1`, or `2.7` for n = 1. */
export function errorOf({ testAccuracy, testLoss }: SettingSummary, metric: Metric): string {
  if (metric === 'loss') return withHalfWidth(testLoss, 1, 3);
  return withHalfWidth(
    testAccuracy && { ...testAccuracy, mean: 1 - testAccuracy.mean },
    100,
    1,
    testAccuracy,
  );
}

/** Accuracy in percent with its half width: `97.31±0.12`. */
export function accuracyOf(accuracy: MeanInterval | null, digits = 2): string {
  return withHalfWidth(accuracy, 100, digits);
}

/** A difference with its interval, signed: `+1.22 (0.13 to 2.30)`. */
export function differenceOf(difference: MeanInterval | null, metric: Metric): string {
  if (difference === null) return absent;
  const { mean, low, high } = difference;
  const value = `${mean > 0 ? '+' : ''}${effect(mean, metric)}`;
  return low === null || high === null
    ? value
    : `${value} (${effect(low, metric)} to ${effect(high, metric)})`;
}

function withHalfWidth(
  value: MeanInterval | null,
  scale: number,
  digits: number,
  interval: MeanInterval | null = value,
): string {
  if (value === null) return absent;
  const mean = minus((value.mean * scale).toFixed(digits));
  if (interval === null || interval.low === null || interval.high === null) return mean;
  const half = ((interval.high - interval.low) / 2) * scale;
  const smallest = 10 ** -digits;
  return half < smallest / 2 ? `${mean}±<${smallest.toFixed(digits)}` : `${mean}±${half.toFixed(digits)}`;
}

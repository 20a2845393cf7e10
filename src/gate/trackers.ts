/** The numbers of a run in the formats of two trackers of benchmarks that many projects run already. */
import type { Measure } from './measures.js';

/** One entry of github-action-benchmark's `customSmallerIsBetter`. */
export interface TrackedValue {
  name: string;
  unit: string;
  value: number;
  range?: string;
  extra: string;
}

/** The list that github-action-benchmark reads with `tool: customSmallerIsBetter`. */
export function githubBenchmark(suite: string, measures: readonly Measure[]): TrackedValue[] {
  return measures.map(({ kind, subject, unit, value, low, high, n }) => ({
    name: `${suite}: ${kind} of ${subject}`,
    unit,
    value,
    ...(low === null || high === null ? {} : { range: `± ${((high - low) / 2).toPrecision(3)}` }),
    extra: `n = ${n}`,
  }));
}

/** Bencher Metric Format: benchmarks by name, each with measures by slug. */
export type BencherMetrics = Record<
  string,
  Record<string, { value: number; lower_value?: number; upper_value?: number }>
>;

// Bencher's own measure of time is `latency`, in nanoseconds; the others are made when first sent.
const slugs = {
  'test error': { slug: 'test-error', factor: 1 },
  'step time': { slug: 'latency', factor: 1e6 },
  'peak memory': { slug: 'peak-memory', factor: 1e6 },
} as const;

/** Bencher Metric Format: test error in percent, step time in nanoseconds (`latency`), peak memory in bytes. */
export function bencherMetrics(suite: string, measures: readonly Measure[]): BencherMetrics {
  const metrics = new Map<string, BencherMetrics[string]>();
  for (const { kind, subject, value, low, high } of measures) {
    const { slug, factor } = slugs[kind];
    const name = `${suite}/${subject}`;
    metrics.set(name, {
      ...metrics.get(name),
      [slug]: {
        value: Math.round(value * factor * 1e6) / 1e6,
        ...(low === null ? {} : { lower_value: Math.round(low * factor * 1e6) / 1e6 }),
        ...(high === null ? {} : { upper_value: Math.round(high * factor * 1e6) / 1e6 }),
      },
    });
  }
  return Object.fromEntries(metrics);
}

/** One row of the tables: what the seeds of one setting say together. */
import type { TimingResult } from '../results/result.js';
import { mean } from '../stats/describe.js';
import { type MeanInterval, tInterval } from '../stats/t-interval.js';
import type { Group } from './group.js';
import type { CellRecord } from './record.js';
import type { SettingSummary, StatusCounts } from './summary.js';

/** Summarizes the finished seeds of `group`; the others are counted. */
export function summarizeSetting(group: Group, timing: TimingResult | null): SettingSummary {
  const finished = group.seeds.flatMap(({ record }) => (record?.status === 'finished' ? [record] : []));
  const over = (read: (record: CellRecord) => number | null | undefined): MeanInterval | null =>
    tInterval(finished.map(read).filter((value) => typeof value === 'number'));
  const seconds = (read: (record: CellRecord) => number) =>
    finished.length === 0 ? null : mean(finished.map(read));
  return {
    id: group.id,
    arm: group.arm,
    axes: group.axes,
    ...group.budget,
    leaking: group.settings.select === 'test',
    counts: countStatuses([group]),
    testAccuracy: over((record) => record.final?.test.accuracy),
    testLoss: over((record) => record.final?.test.loss),
    validationAccuracy: over((record) => record.final?.validation?.accuracy),
    trainSeconds: seconds(({ time }) => time.trainSeconds),
    wallSeconds: seconds(({ time }) => time.trainSeconds + time.evaluationSeconds + time.otherSeconds),
    contended: finished.some(({ time }) => time.contended),
    stepMilliseconds: timing?.arms.find(({ arm }) => arm === group.arm)?.medianMilliseconds ?? null,
    peakRssBytes:
      finished.length === 0 ? null : Math.max(...finished.map(({ memory }) => memory.peakRssBytes)),
    seeds: group.seeds.map(({ seed, cell, record }) => ({
      seed,
      cell,
      status: record?.status ?? 'missing',
      testAccuracy: record?.status === 'finished' ? (record.final?.test.accuracy ?? null) : null,
      error: record?.error ? `${record.error.code}: ${record.error.message}` : null,
    })),
  };
}

/** How many cells are planned, and how each ended. */
export function countStatuses(groups: readonly Group[]): StatusCounts {
  const counts = { planned: 0, finished: 0, diverged: 0, failed: 0, timeout: 0, missing: 0 };
  for (const { seeds } of groups) {
    counts.planned += seeds.length;
    for (const { record } of seeds) counts[record?.status ?? 'missing'] += 1;
  }
  return counts;
}

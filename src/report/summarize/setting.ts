/** One row of the tables: what the seeds of one setting say together. */
import type { TimingResult } from '../../results/result.js';
import { mean } from '../../stats/describe.js';
import { type MeanInterval, tInterval } from '../../stats/t-interval.js';
import type { Budget } from '../../suite/cell.js';
import { stepKind } from '../../suite/speed.js';
import type { SeedSummary, SettingSummary, StatusCounts } from '../summary.js';
import { type Group, type GroupSeed, included } from './group.js';
import type { CellRecord } from './record.js';

/** The timing phase, and the kind of step (`stepKind`) that it timed of each arm. */
export interface TimedKinds {
  timing: TimingResult;
  kinds: ReadonlyMap<string, string>;
}

/** Summarizes `group`. Means of times are over cells of the machine `fingerprint` alone, whatever else is pooled. */
export function summarizeSetting(
  group: Group,
  timed: TimedKinds | null,
  fingerprint: string | null,
): SettingSummary {
  const records = included(group);
  const own = records.filter(({ environment }) => environment.fingerprint === fingerprint);
  // Times of cells that ran alone are cleaner; contended ones count only where there are no others.
  const alone = own.filter(({ time }) => !time.contended);
  const clocked = alone.length > 0 ? alone : own;
  const over = (read: (record: CellRecord) => number | null | undefined): MeanInterval | null =>
    tInterval(
      records
        .map(read)
        .filter((value): value is number => typeof value === 'number' && Number.isFinite(value)),
    );
  const ofTimed = (read: (record: CellRecord) => number) =>
    clocked.length === 0 ? null : mean(clocked.map(read));
  const stepMilliseconds = stepTimeOf(group, timed);
  // Those of the cells whose training time is shown: an early stop leaves fewer than were planned.
  const steps = ofTimed(({ budget }) => budget.steps) ?? group.budget.steps;
  return {
    id: group.id,
    arm: group.arm,
    label: group.label,
    context: group.context,
    axes: group.axes,
    settings: { ...group.settings },
    ...group.budget,
    spent: spentBy(records),
    chosen: false,
    best: false,
    leaking: group.settings.select === 'test',
    pooled: new Set(records.map(({ environment }) => environment.fingerprint)).size > 1,
    counts: countStatuses([group]),
    testAccuracy: over(({ final }) => final?.test.accuracy),
    testLoss: over(({ final }) => final?.test.loss),
    validationAccuracy: over(({ final }) => final?.validation?.accuracy),
    validationLoss: over(({ final }) => final?.validation?.loss),
    difference: null,
    trainSeconds: ofTimed(({ time }) => time.trainSeconds),
    wallSeconds: ofTimed(({ time }) => time.trainSeconds + time.evaluationSeconds + time.otherSeconds),
    contended: clocked.some(({ time }) => time.contended),
    inputWaitShare: ofTimed(({ time }) =>
      time.trainSeconds > 0 ? time.inputWaitSeconds / time.trainSeconds : 0,
    ),
    stepMilliseconds,
    stepTimeSeconds: stepMilliseconds === null ? null : (stepMilliseconds * steps) / 1000,
    peakRssBytes:
      clocked.length === 0 ? null : Math.max(...clocked.map(({ memory }) => memory.peakRssBytes)) || null,
    seeds: group.seeds.map(summarizeSeed),
  };
}

/** How many cells are planned, and how each ended. */
export function countStatuses(groups: readonly Group[]): StatusCounts {
  const counts = { planned: 0, finished: 0, diverged: 0, failed: 0, timeout: 0, missing: 0, excluded: 0 };
  for (const { seeds } of groups) {
    counts.planned += seeds.length;
    for (const { record, excluded } of seeds) {
      counts[record?.status ?? 'missing'] += 1;
      if (excluded !== null) counts.excluded += 1;
    }
  }
  return counts;
}

function summarizeSeed({ seed, cell, record, excluded }: GroupSeed): SeedSummary {
  const final = record?.status === 'finished' ? record.final : null;
  return {
    seed,
    cell,
    status: record?.status ?? 'missing',
    excluded,
    error: record?.error ? `${record.error.code}: ${record.error.message}` : null,
    testAccuracy: final?.test.accuracy ?? null,
    testLoss: final?.test.loss ?? null,
    validationAccuracy: final?.validation?.accuracy ?? null,
    validationLoss: final?.validation?.loss ?? null,
    selectedEpoch: final?.selectedEpoch ?? null,
    epochs: record?.history.epoch.length ?? 0,
    gradientEvaluations: record && final ? record.budget.gradientEvaluations : 0,
    trainSeconds: record?.time.trainSeconds ?? null,
    evaluationSeconds: record?.time.evaluationSeconds ?? null,
    otherSeconds: record?.time.otherSeconds ?? null,
    contended: record?.time.contended ?? null,
    peakRssBytes: record?.memory.peakRssBytes || null,
    fingerprint: record?.environment.fingerprint ?? null,
    weightsSha256: final?.weightsSha256 ?? null,
    gitCommit: record?.provenance.gitCommit ?? null,
  };
}

function spentBy(records: readonly CellRecord[]): Budget | null {
  if (records.length === 0) return null;
  const of = (read: (budget: Budget) => number) => mean(records.map(({ budget }) => read(budget)));
  return {
    epochs: of(({ epochs }) => epochs),
    steps: of(({ steps }) => steps),
    gradientEvaluations: of(({ gradientEvaluations }) => gradientEvaluations),
    flops: of(({ flops }) => flops),
  };
}

// The timing phase times one setting an arm; its step time holds for the arm's other settings whose steps cost the same.
function stepTimeOf({ arm, settings }: Group, timed: TimedKinds | null): number | null {
  if (timed === null || timed.kinds.get(arm) !== stepKind(settings)) return null;
  return timed.timing.arms.find((other) => other.arm === arm)?.medianMilliseconds ?? null;
}

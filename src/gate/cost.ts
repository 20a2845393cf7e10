/** The checks of what a step costs: its time and its memory, only where they can be compared. */
import { type Check, type CheckKind, check } from './check.js';
import type { PairedSetting } from './pair.js';
import { judgeRatio } from './ratio.js';
import type { GateArmTiming, GateRun } from './run.js';

export interface CostRule {
  stepTimeRatio: number;
  memoryRatio: number;
  alpha: number;
  /** The arm that relative step times are relative to. */
  baselineArm: string;
}

/**
 * Step times of all arms. Between equal machines each arm's own; else each arm's over the baseline arm's in the same run,
 * which is comparable across machines.
 */
export function checkTimes(now: GateRun, before: GateRun, rule: CostRule): Check[] {
  if (now.timing === null || before.timing === null) {
    const side = now.timing === null ? 'This run' : 'The baseline';
    return [
      skipped('step time', now.suite, `${side} has no timing phase, so nothing is said of step times.`),
    ];
  }
  const { stepTimeRatio: limit, alpha } = rule;
  const [ours, theirs] = [now.timing.arms, before.timing.arms];
  if (now.timing.machine === before.timing.machine) {
    return ours.map(({ arm, rounds }) =>
      compare('step time', arm, rounds, roundsOf(theirs, arm), limit, alpha),
    );
  }
  const reason = `The baseline was timed on another machine (fingerprint ${before.timing.machine}, here ${now.timing.machine}); only ratios within a run are compared.`;
  return [
    skipped('step time', now.suite, reason),
    ...ours
      .filter(({ arm }) => arm !== rule.baselineArm)
      .map(({ arm }) => {
        const [mine, other] = [relative(ours, arm, rule), relative(theirs, arm, rule)];
        return compare('relative step time', arm, mine, other, limit, alpha);
      }),
  ];
}

/** Peak resident memory of one setting's cells, seed by seed, between equal machines. */
export function checkMemory({ id, pairs }: PairedSetting, { memoryRatio, alpha }: CostRule): Check | null {
  if (pairs.length === 0) return null;
  const known = pairs.filter(({ now, before }) => now.peakRssBytes > 0 && before.peakRssBytes > 0);
  const same = known.filter(({ now, before }) => now.machine === before.machine);
  if (same.length === 0) {
    const reason =
      known.length === 0
        ? 'Peak memory is not known on both sides.'
        : 'No cell was made on a machine of the same fingerprint.';
    return skipped('memory', id, reason);
  }
  const now = same.map((pair) => pair.now.peakRssBytes);
  const before = same.map((pair) => pair.before.peakRssBytes);
  return compare('memory', id, now, before, memoryRatio, alpha);
}

function compare(
  kind: CheckKind,
  subject: string,
  now: readonly number[],
  before: readonly number[],
  limit: number,
  alpha: number,
): Check {
  const found = judgeRatio(now, before, { limit, alpha });
  if (found === null) return skipped(kind, subject, 'It was not measured on both sides.');
  const { finding, n, value, low, high } = found;
  const size = `${value.toFixed(3)} times the baseline's`;
  const reason =
    finding === 'regression'
      ? `It is ${size}; the limit is ${limit}.`
      : finding === 'within limit'
        ? `It is ${size}, within the limit of ${limit}.`
        : `It is ${size}; ${low === null ? `${n} cannot give an interval` : `the interval holds the limit of ${limit}`}.`;
  return check({
    kind,
    subject,
    finding,
    verdict: finding === 'regression' ? 'fail' : 'pass',
    n,
    effect: { value, low, high, unit: 'ratio', limit },
    reason,
  });
}

function skipped(kind: CheckKind, subject: string, reason: string): Check {
  return check({ kind, subject, finding: 'skipped', verdict: 'skip', reason });
}

function roundsOf(arms: readonly GateArmTiming[], arm: string): readonly number[] {
  return arms.find((timed) => timed.arm === arm)?.rounds ?? [];
}

function relative(arms: readonly GateArmTiming[], arm: string, { baselineArm }: CostRule): number[] {
  const base = roundsOf(arms, baselineArm);
  return roundsOf(arms, arm).flatMap((value, round) => {
    const other = base[round];
    return other === undefined || other <= 0 ? [] : [value / other];
  });
}

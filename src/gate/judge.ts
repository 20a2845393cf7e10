/** The verdict of the gate: every check of a run against its baseline, and the exit code that follows. */
import { exitCodes } from '../errors.js';
import type { Cell } from '../suite/cell.js';
import { judgeAccuracy } from './accuracy.js';
import { type Check, check } from './check.js';
import { type CostRule, checkMemory, checkTimes } from './cost.js';
import { type Measure, measuresOf } from './measures.js';
import { type PairedSetting, pairRuns } from './pair.js';
import type { GateRun } from './run.js';
import { checkWeights } from './weights.js';

export interface GateRule extends CostRule {
  /** Loss of accuracy in percentage points that does not matter. */
  accuracyMargin: number;
  /** Whether what the data cannot tell passes or fails. */
  inconclusive: 'pass' | 'fail';
  /** Whether other bits on an equal machine pass. */
  allowNumericChange: boolean;
}

export interface GateReport {
  schema: 1;
  suite: string;
  verdict: 'passed' | 'regression' | 'incomplete';
  exitCode: number;
  rule: GateRule;
  /** Commits and machines on both sides. */
  run: Side;
  baseline: Side;
  checks: readonly Check[];
  /** The numbers of this run, for tools that keep a history. */
  measures: readonly Measure[];
}

export interface Side {
  commits: readonly string[];
  machines: readonly string[];
}

/**
 * Compares `now` with `before` over the `planned` cells of the suite. A regression gives exit code 1, whatever else is
 * wrong; else what is missing, failed or of another version gives 3.
 */
export function judge(planned: readonly Cell[], now: GateRun, before: GateRun, rule: GateRule): GateReport {
  const checks = checksOf(planned, now, before, rule).map((each) => weigh(each, rule));
  const has = (verdict: Check['verdict']) => checks.some((each) => each.verdict === verdict);
  const verdict = has('fail') ? 'regression' : has('incomplete') ? 'incomplete' : 'passed';
  const exitCode = {
    passed: exitCodes.done,
    regression: exitCodes.regression,
    incomplete: exitCodes.incompleteCells,
  }[verdict];
  const sideOf = ({ commits, machines }: GateRun): Side => ({
    commits,
    machines: machines.map(({ fingerprint }) => fingerprint),
  });
  return {
    schema: 1,
    suite: now.suite,
    verdict,
    exitCode,
    rule,
    run: sideOf(now),
    baseline: sideOf(before),
    checks,
    measures: measuresOf(planned, now),
  };
}

function checksOf(planned: readonly Cell[], now: GateRun, before: GateRun, rule: GateRule): Check[] {
  const mismatch = mismatchOf(now, before);
  if (mismatch !== null) return [incomplete(now.suite, mismatch, [])];
  const { settings, problems } = pairRuns(planned, now, before);
  const pairs = settings.reduce((sum, setting) => sum + setting.pairs.length, 0);
  const cells =
    pairs === 0
      ? incomplete(now.suite, 'No cell of this run has a finished partner in the baseline.', problems)
      : problems.length > 0
        ? incomplete(now.suite, `Of ${planned.length} cells, ${pairs} have a partner.`, problems)
        : check({
            kind: 'cells',
            subject: now.suite,
            finding: 'complete',
            verdict: 'pass',
            n: pairs,
            reason: `All ${pairs} cells finished on both sides.`,
          });
  if (pairs === 0) return [cells];
  const sameAlgorithm = now.algorithm === before.algorithm;
  return [
    cells,
    ...checkAccuracy(settings, rule),
    ...settings.flatMap((each) => checkWeights(each, sameAlgorithm, rule.allowNumericChange) ?? []),
    ...checkTimes(now, before, rule),
    ...settings.flatMap((each) => checkMemory(each, rule) ?? []),
  ];
}

/** Why two runs cannot be compared at all, or null. */
function mismatchOf(now: GateRun, before: GateRun): string | null {
  if (now.version !== before.version) {
    return `The baseline is of version ${before.version} of the suite, this run of version ${now.version}; write a new baseline.`;
  }
  if (now.data.length > 0 && before.data.length > 0 && now.data.join() !== before.data.join()) {
    return 'The baseline was made from other data; write a new baseline.';
  }
  return null;
}

function incomplete(suite: string, reason: string, details: readonly string[]): Check {
  return check({
    kind: 'cells',
    subject: suite,
    finding: 'incomplete',
    verdict: 'incomplete',
    reason,
    details,
  });
}

function checkAccuracy(settings: readonly PairedSetting[], rule: GateRule): Check[] {
  const compared = settings.filter(({ pairs }) => pairs.length > 0);
  const findings = judgeAccuracy(
    compared.map(({ pairs }) => ({
      now: pairs.map(({ now }) => now.accuracy ?? Number.NaN),
      before: pairs.map(({ before }) => before.accuracy ?? Number.NaN),
    })),
    { margin: rule.accuracyMargin, alpha: rule.alpha },
  );
  return compared.flatMap(({ id, pairs }, index) => {
    const found = findings[index];
    if (!found) return [];
    const { finding, difference, p, reason } = found;
    return check({
      kind: 'accuracy',
      subject: id,
      finding,
      verdict: finding === 'regression' ? 'fail' : 'pass',
      n: pairs.length,
      effect: difference && {
        value: difference.mean,
        low: difference.low,
        high: difference.high,
        unit: 'points',
        limit: rule.accuracyMargin,
      },
      p,
      reason,
    });
  });
}

function weigh(each: Check, { inconclusive }: GateRule): Check {
  return each.finding === 'inconclusive' ? { ...each, verdict: inconclusive } : each;
}

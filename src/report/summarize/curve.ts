/** Learning curves: at each epoch, the mean over the seeds of a setting with its interval. */
import { mean } from '../../stats/describe.js';
import { tInterval } from '../../stats/t-interval.js';
import type { CurvePoint, CurveSummary } from '../summary.js';
import { type Group, included } from './group.js';
import type { CellRecord, CurveField } from './record.js';

/**
 * The curve of the finished seeds of `group`, or null when there is none. Seconds are the mean wall time of training
 * and evaluation up to the epoch, over the cells of machine `fingerprint`. Where some seeds stopped early, an epoch's
 * mean is over those that reached it.
 */
export function summarizeCurve(group: Group, fingerprint: string | null): CurveSummary | null {
  const records = included(group);
  const length = Math.max(0, ...records.map(({ history }) => history.epoch.length));
  if (length === 0) return null;
  const own = records.filter(({ environment }) => environment.fingerprint === fingerprint);
  const clocks = own.map(elapsed);
  const perEpoch = group.budget.gradientEvaluations / group.budget.epochs;
  const points = Array.from({ length }, (_, index): CurvePoint => {
    const seconds = clocks.flatMap((clock) => clock[index] ?? []);
    const over = (field: CurveField) => interval(records.map(({ history }) => history[field][index]));
    return {
      epoch: index + 1,
      gradientEvaluations: (index + 1) * perEpoch,
      seconds: seconds.length === 0 ? null : mean(seconds),
      trainLoss: over('trainLoss'),
      valLoss: over('valLoss'),
      trainAccuracy: over('trainAccuracy'),
      valAccuracy: over('valAccuracy'),
      perturbationNorm: over('perturbationNorm'),
      gradientCosine: over('gradientCosine'),
      ascent: interval(
        records.map(({ history }) => difference(history.perturbedLoss[index], history.trainLoss[index])),
      ),
    };
  });
  return { setting: group.id, points };
}

function elapsed({ history }: CellRecord): number[] {
  let total = 0;
  return Array.from(history.trainSeconds, (seconds, index) => {
    total += seconds + (history.evaluationSeconds[index] ?? 0);
    return total;
  });
}

function difference(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left - right;
}

function interval(values: readonly (number | undefined)[]) {
  return tInterval(values.filter((value): value is number => value !== undefined && Number.isFinite(value)));
}

/** Learning curves: at each epoch, the mean over the seeds of a setting with its interval. */
import { tInterval } from '../stats/t-interval.js';
import type { Group } from './group.js';
import type { CellRecord, CurveField } from './record.js';
import type { CurveSummary } from './summary.js';

const drawn = ['trainLoss', 'valLoss', 'trainAccuracy', 'valAccuracy'] as const;

/** The curve of the finished seeds of `group`, or null when there is none. */
export function summarizeCurve(group: Group): CurveSummary | null {
  const records = group.seeds.flatMap(({ record }) => (record?.status === 'finished' ? [record] : []));
  const length = Math.max(0, ...records.map(({ history }) => history.epoch.length));
  if (length === 0) return null;
  const points = Array.from({ length }, (_, index) => {
    const [trainLoss, valLoss, trainAccuracy, valAccuracy] = drawn.map((field) => at(records, field, index));
    return {
      epoch: index + 1,
      trainLoss: trainLoss ?? null,
      valLoss: valLoss ?? null,
      trainAccuracy: trainAccuracy ?? null,
      valAccuracy: valAccuracy ?? null,
    };
  });
  return { setting: group.id, points };
}

function at(records: readonly CellRecord[], field: CurveField, index: number) {
  const values = records.map(({ history }) => history[field][index] ?? Number.NaN);
  return tInterval(values.filter((value) => Number.isFinite(value)));
}

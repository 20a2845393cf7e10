/** Sharpness of the weights found, where it was measured: means over seeds, and whether flat goes with accurate. */
import { kendallTau } from '../../stats/kendall.js';
import { type MeanInterval, tInterval } from '../../stats/t-interval.js';
import type { Summary } from '../summary.js';
import { type Group, included } from './group.js';

/** The measures that are single numbers, as means over the seeds of each setting that has any. */
export function summarizeSharpness(groups: readonly Group[]): Summary['sharpness'] {
  return groups.flatMap((group) => {
    const values = new Map<string, number[]>();
    for (const { sharpness } of included(group)) {
      for (const [measure, value] of scalars(sharpness))
        values.set(measure, [...(values.get(measure) ?? []), value]);
    }
    const measures = [...values]
      .map(([measure, list]) => [measure, tInterval(list)] as const)
      .filter((entry): entry is readonly [string, MeanInterval] => entry[1] !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return measures.length === 0 ? [] : [{ setting: group.id, measures: Object.fromEntries(measures) }];
  });
}

/** Kendall's tau between each measure and test accuracy over all cells that have both; at least four of them. */
export function correlateSharpness(groups: readonly Group[]): Summary['sharpnessTau'] {
  const points = new Map<string, [number, number][]>();
  for (const group of groups) {
    for (const { sharpness, final } of included(group)) {
      if (!final) continue;
      for (const [measure, value] of scalars(sharpness)) {
        points.set(measure, [...(points.get(measure) ?? []), [value, final.test.accuracy]]);
      }
    }
  }
  return [...points]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([measure, pairs]) => {
      const tau = kendallTau(
        pairs.map(([value]) => value),
        pairs.map(([, accuracy]) => accuracy),
      );
      return tau === null || pairs.length < 4 ? [] : [{ measure, tau, n: pairs.length }];
    });
}

function scalars(sharpness: Readonly<Record<string, unknown>>): [string, number][] {
  return Object.entries(sharpness).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
  );
}

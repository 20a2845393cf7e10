/** The numbers of a run that are worth following from commit to commit, smaller being better in each. */
import { median } from '../stats/describe.js';
import { medianInterval } from '../stats/median-interval.js';
import { tInterval } from '../stats/t-interval.js';
import type { Cell } from '../suite/cell.js';
import { type GateCell, type GateRun, hashSettings } from './run.js';

export interface Measure {
  kind: 'test error' | 'step time' | 'peak memory';
  /** The setting, or the arm for step times. */
  subject: string;
  unit: '%' | 'ms' | 'MB';
  value: number;
  low: number | null;
  high: number | null;
  n: number;
}

/** Mean test error with its 95 % interval, median step time and median peak memory. */
export function measuresOf(planned: readonly Cell[], run: GateRun): Measure[] {
  const finished = new Map(
    run.cells.filter(({ status }) => status === 'finished').map((cell) => [cell.cell, cell]),
  );
  const settings = new Map<string, { id: string; cells: GateCell[] }>();
  for (const { id, arm, settings: resolved } of planned) {
    const cell = finished.get(id);
    if (!cell) continue;
    const key = `${arm}/${hashSettings(resolved)}`;
    const setting = settings.get(key) ?? { id: id.replace(/-s\d+-[0-9a-f]+$/, ''), cells: [] };
    setting.cells.push(cell);
    settings.set(key, setting);
  }
  return [
    ...[...settings.values()].flatMap(({ id, cells }) => [...errorOf(id, cells), ...memoryOf(id, cells)]),
    ...(run.timing?.arms ?? []).map(({ arm, rounds }): Measure => {
      const bounds = medianInterval(rounds);
      return measure('step time', arm, 'ms', median(rounds), bounds, rounds.length);
    }),
  ];
}

function errorOf(id: string, cells: readonly GateCell[]): Measure[] {
  const errors = cells.flatMap(({ accuracy }) => (accuracy === null ? [] : [(1 - accuracy) * 100]));
  const interval = tInterval(errors);
  if (!interval) return [];
  return [measure('test error', id, '%', interval.mean, interval, interval.n)];
}

function memoryOf(id: string, cells: readonly GateCell[]): Measure[] {
  const peaks = cells.flatMap(({ peakRssBytes }) => (peakRssBytes > 0 ? [peakRssBytes / 1e6] : []));
  if (peaks.length === 0) return [];
  return [measure('peak memory', id, 'MB', median(peaks), medianInterval(peaks), peaks.length)];
}

function measure(
  kind: Measure['kind'],
  subject: string,
  unit: Measure['unit'],
  value: number,
  bounds: { low: number | null; high: number | null } | null,
  n: number,
): Measure {
  const round = (number: number | null) => (number === null ? null : Number(number.toPrecision(8)));
  return {
    kind,
    subject,
    unit,
    value: Number(value.toPrecision(8)),
    low: round(bounds?.low ?? null),
    high: round(bounds?.high ?? null),
    n,
  };
}

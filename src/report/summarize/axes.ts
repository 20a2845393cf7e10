/** Which settings a grid varies: the columns that tell the rows of a table apart. */
import type { Cell, CellSettings } from '../../suite/cell.js';

export type AxisValue = number | string | boolean | null;

/** One varied setting. */
export interface Axis {
  /** Short name, e.g. `rho`. */
  name: string;
  /** Places in the settings, e.g. `optimizer.rho`; several where arms keep it at different places. */
  paths: string[];
  /**
   * `context`: it changes the task (data, network, batch, what the suite compares within), so that settings compare only
   * at equal values of it.
   * `tuned`: it belongs to the optimizer and is chosen for each arm.
   */
  role: 'context' | 'tuned';
}

/**
 * The axes of `cells`: every setting but `epochs` that takes several values within one arm, in order of name. `within` are
 * the axes that the suite compares like with like, by the names that it has for them.
 */
export function findAxes(
  cells: readonly Pick<Cell, 'arm' | 'settings'>[],
  within: readonly string[] = [],
): Axis[] {
  const alike = new Set(within.map((name) => name.replace(/^base\./, '')));
  const seen = new Map<string, Set<string>>();
  const flat = new Map<CellSettings, [string, AxisValue][]>();
  for (const { arm, settings } of cells) {
    const entries = flat.get(settings) ?? flatten(settings);
    flat.set(settings, entries);
    for (const [path, value] of entries) {
      const key = JSON.stringify([arm, path]);
      const values = seen.get(key) ?? new Set();
      seen.set(key, values.add(JSON.stringify(value)));
    }
  }
  const varied = new Set<string>();
  for (const [key, values] of seen) {
    const path = (JSON.parse(key) as [string, string])[1];
    if (values.size > 1 && path !== 'epochs') varied.add(path);
  }
  const axes = new Map<string, Axis>();
  for (const path of [...varied].sort()) {
    const name = nameOf(path);
    const axis = axes.get(name) ?? { name, paths: [], role: alike.has(name) ? 'context' : roleOf(path) };
    axis.paths.push(path);
    axes.set(name, axis);
  }
  return [...axes.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The value of each axis in `settings`; null where the settings have no such place. */
export function axisValues(settings: CellSettings, axes: readonly Axis[]): Record<string, AxisValue> {
  const entries = new Map(flatten(settings));
  return Object.fromEntries(
    axes.map(({ name, paths }) => [
      name,
      paths.map((path) => entries.get(path)).find((value) => value !== undefined) ?? null,
    ]),
  );
}

/** All leaves of `settings` as [path, value]; a list counts as one value, written as JSON. */
export function flatten(value: unknown, prefix = ''): [string, AxisValue][] {
  if (typeof value !== 'object' || value === null) return [[prefix, (value ?? null) as AxisValue]];
  if (Array.isArray(value)) return [[prefix, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, member]) => flatten(member, prefix ? `${prefix}.${key}` : key));
}

// `optimizer.base.learningRate` and `optimizer.learningRate` are one column, since one arm has the one or the other.
function nameOf(path: string): string {
  const last = path.slice(path.lastIndexOf('.') + 1);
  return last === 'name' ? (path.split('.').slice(-2)[0] ?? last) : last;
}

function roleOf(path: string): Axis['role'] {
  return /^(data|model)\.|^batch$/.test(path) ? 'context' : 'tuned';
}

/** Cells that differ in nothing but their seed, with their results: the rows of every table. */

import { canonicalJson } from '../suite/canonical.js';
import type { Budget, Cell, CellSettings } from '../suite/cell.js';
import { type Axis, type AxisValue, axisValues } from './axes.js';
import type { CellRecord } from './record.js';

/** All seeds of one setting. */
export interface Group {
  /** Readable and unique within the suite: the cells' id without seed and hash. */
  id: string;
  arm: string;
  settings: CellSettings;
  axes: Record<string, AxisValue>;
  budget: Budget;
  /** One entry a planned seed, in the order of the plan; `record` is null where no result exists yet. */
  seeds: { seed: number; cell: string; record: CellRecord | null }[];
}

/** Groups the planned `cells` by arm and settings, in the order of the plan, and hands each cell its record. */
export function groupCells(
  cells: readonly Cell[],
  records: ReadonlyMap<string, CellRecord>,
  axes: readonly Axis[],
): Group[] {
  const groups = new Map<string, Group>();
  const names = new Map<string, number>();
  for (const { id, arm, seed, settings, budget } of cells) {
    const key = `${arm}\n${canonicalJson(settings)}`;
    let group = groups.get(key);
    if (!group) {
      const name = id.replace(/-s\d+-[0-9a-f]+$/, '');
      const taken = names.get(name) ?? 0;
      names.set(name, taken + 1);
      group = {
        id: taken === 0 ? name : `${name}-${taken + 1}`,
        arm,
        settings,
        axes: axisValues(settings, axes),
        budget,
        seeds: [],
      };
      groups.set(key, group);
    }
    group.seeds.push({ seed, cell: id, record: records.get(id) ?? null });
  }
  return [...groups.values()];
}

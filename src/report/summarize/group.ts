/** Cells that differ in nothing but their seed, with their results: the rows of every table. */
import { canonicalJson } from '../../suite/canonical.js';
import type { Budget, Cell, CellSettings } from '../../suite/cell.js';
import { type Axis, type AxisValue, axisValues } from './axes.js';
import type { CellRecord } from './record.js';

/** One planned cell of a group. */
export interface GroupSeed {
  seed: number;
  cell: string;
  /** Null where no result exists yet. */
  record: CellRecord | null;
  /** Why a finished result is in no mean, or null. */
  excluded: string | null;
}

/** All seeds of one setting. */
export interface Group {
  /** Readable and unique within the suite: the cells' id without seed and hash. */
  id: string;
  arm: string;
  /** The arm with its tuned axes and budget, `sam, rho 0.05, 40 epochs`; the task not at all. */
  label: string;
  /** Id of the task: the values of the axes that change it; empty when there is but one task. */
  context: string;
  settings: CellSettings;
  axes: Record<string, AxisValue>;
  budget: Budget;
  seeds: GroupSeed[];
}

/** Groups the planned `cells` by arm and settings, in the order of the plan, and hands each cell its record. */
export function groupCells(
  cells: readonly Cell[],
  records: ReadonlyMap<string, CellRecord>,
  axes: readonly Axis[],
  exclude: (record: CellRecord) => string | null,
): Group[] {
  const groups = new Map<string, Group>();
  const names = new Map<string, number>();
  // Cells of one setting share the object of their settings, whose text need be written once only.
  const texts = new Map<CellSettings, string>();
  for (const { id, arm, seed, settings, budget } of cells) {
    const text = texts.get(settings) ?? canonicalJson(settings);
    texts.set(settings, text);
    const key = `${arm}\n${text}`;
    let group = groups.get(key);
    if (!group) {
      const name = id.replace(/-s\d+-[0-9a-f]+$/, '');
      const taken = names.get(name) ?? 0;
      names.set(name, taken + 1);
      const values = axisValues(settings, axes);
      group = {
        id: taken === 0 ? name : `${name}-${taken + 1}`,
        arm,
        label: arm,
        context: describeAxes(values, axes, 'context'),
        settings,
        axes: values,
        budget,
        seeds: [],
      };
      groups.set(key, group);
    }
    const record = records.get(id) ?? null;
    group.seeds.push({
      seed,
      cell: id,
      record,
      excluded: record?.status === 'finished' ? exclude(record) : null,
    });
  }
  const all = [...groups.values()];
  const budgets = new Map<string, Set<number>>();
  for (const { arm, context, budget } of all) {
    const key = JSON.stringify([arm, context]);
    budgets.set(key, (budgets.get(key) ?? new Set()).add(budget.epochs));
  }
  for (const group of all) {
    const { arm, context, budget } = group;
    group.seeds.sort((left, right) => left.seed - right.seed);
    // The epochs only where the arm has several budgets.
    const several = (budgets.get(JSON.stringify([arm, context]))?.size ?? 0) > 1;
    const tuned = describeAxes(group.axes, axes, 'tuned');
    group.label = [arm, tuned, several ? `${budget.epochs} ${budget.epochs === 1 ? 'epoch' : 'epochs'}` : '']
      .filter(Boolean)
      .join(', ');
  }
  return all;
}

/** The finished results of a group that means may contain. */
export function included(group: Group): CellRecord[] {
  return group.seeds.flatMap(({ record, excluded }) =>
    record?.status === 'finished' && excluded === null ? [record] : [],
  );
}

// Null is no setting and so is not named; but a task must have a name where the suite compares within an optimizer's axis.
function describeAxes(values: Record<string, AxisValue>, axes: readonly Axis[], role: Axis['role']): string {
  const isTask = ({ paths }: Axis) =>
    role === 'context' && paths.some((path) => path.startsWith('optimizer.'));
  return axes
    .filter((axis) => axis.role === role && (values[axis.name] !== null || isTask(axis)))
    .map(({ name }) => `${name} ${values[name] ?? 'none'}`)
    .join(', ');
}

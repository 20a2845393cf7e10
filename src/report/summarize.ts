/** From result files to the summary: the one place where a report's numbers are computed. */
import type { TimingResult } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import { findAxes } from './axes.js';
import { summarizeCurve } from './curve.js';
import { groupCells } from './group.js';
import type { CellRecord } from './record.js';
import { countStatuses, summarizeSetting } from './setting.js';
import type { EnvironmentSummary, Summary } from './summary.js';

/** What the summary needs to know of a suite. */
export interface SuiteFacts {
  name: string;
  version: number;
  title: string;
  compare: { baseline: string; candidate: string };
}

/**
 * The summary of a suite whose plan is `cells`, from the records of its results. Cells without a record are missing;
 * records that belong to no planned cell (of other settings or an older version) are left out.
 */
export function summarizeCells(
  suite: SuiteFacts,
  cells: readonly Cell[],
  records: Iterable<CellRecord>,
  timing: TimingResult | null,
): Summary {
  const axes = findAxes(cells);
  const byCell = new Map([...records].map((record) => [record.cell, record]));
  const groups = groupCells(cells, byCell, axes);
  return {
    schema: 1,
    suite: {
      name: suite.name,
      title: suite.title,
      version: suite.version,
      baseline: suite.compare.baseline,
      candidate: suite.compare.candidate,
    },
    axes: axes.map(({ name, role }) => ({ name, role })),
    counts: countStatuses(groups),
    settings: groups.map((group) => summarizeSetting(group, timing)),
    curves: groups.flatMap((group) => summarizeCurve(group) ?? []),
    environments: summarizeEnvironments(
      groups.flatMap(({ seeds }) => seeds.flatMap(({ record }) => record ?? [])),
    ),
  };
}

function summarizeEnvironments(records: readonly CellRecord[]): EnvironmentSummary[] {
  const found = new Map<string, EnvironmentSummary>();
  for (const { environment } of records) {
    const known = found.get(environment.fingerprint);
    if (known) known.cells += 1;
    else found.set(environment.fingerprint, { ...environment, cells: 1 });
  }
  return [...found.values()].sort((left, right) => (left.fingerprint < right.fingerprint ? -1 : 1));
}

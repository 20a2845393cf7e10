/** Cells without a place in the means, and combinations that the suite leaves out, with reasons. */
import { whole } from '../number.js';
import type { Summary } from '../summary.js';
import { cell, numberColumn, type Table, textColumn } from './table.js';

/** The most cells that a row names. */
const mostNamed = 8;

interface Lost {
  status: string;
  reason: string;
  arms: Map<string, number>;
  cells: string[];
}

/** One row for each way and reason of getting lost; null when nothing is. */
export function lostTable(summary: Summary): Table | null {
  const groups = new Map<string, Lost>();
  for (const { arm, seeds } of summary.settings) {
    for (const { cell, status, excluded, error } of seeds) {
      if (status === 'finished' && excluded === null) continue;
      const word = status === 'finished' ? 'excluded' : status;
      const reason =
        excluded ?? error ?? (status === 'missing' ? 'no result file yet' : 'no reason was recorded');
      const key = JSON.stringify([word, reason]);
      const group: Lost = groups.get(key) ?? { status: word, reason, arms: new Map(), cells: [] };
      group.arms.set(arm, (group.arms.get(arm) ?? 0) + 1);
      group.cells.push(cell);
      groups.set(key, group);
    }
  }
  const rows = [...groups.values()].map(({ status, reason, arms, cells }) => ({
    arm: arms.size === 1 ? ([...arms.keys()][0] ?? '') : '',
    cells: [
      cell(status),
      cell(whole(cells.length)),
      cell([...arms].map(([arm, count]) => `${arm} ${count}`).join(', ')),
      cell(reason),
      cell(cells.length > mostNamed ? `${cells.slice(0, mostNamed).join(', ')} …` : cells.join(', ')),
    ],
  }));
  const skipped = summary.skipped.map(({ reason, cells }) => ({
    arm: '',
    cells: [cell('left out by the suite'), cell(whole(cells)), cell(''), cell(reason), cell('')],
  }));
  if (rows.length + skipped.length === 0) return null;
  return {
    name: 'lost',
    title: 'Failures and exclusions',
    caption: 'Cells that no mean contains. Lost cells are counted in every table, never averaged away.',
    columns: [
      textColumn('status'),
      numberColumn('cells'),
      textColumn('arms'),
      textColumn('reason'),
      textColumn('which'),
    ],
    rows: [...rows, ...skipped],
    notes: [],
  };
}

/** All tables of a summary, in the order in which reports show them. */
import type { Summary } from '../summary.js';
import { choicesTable } from './choices.js';
import { comparisonsTable } from './comparisons.js';
import { computeTable } from './compute.js';
import { diagnosticsTable } from './diagnostics.js';
import { lostTable } from './lost.js';
import { budgetTable, noiseTable, paperTable } from './paper.js';
import { publishedTable } from './published.js';
import { resultsTable } from './results.js';
import { sharpnessTable } from './sharpness.js';
import { sweepTables } from './sweep.js';
import type { Table } from './table.js';

/** The tables by the place where reports show them; null where the suite has nothing for one. */
export interface Tables {
  results: Table | null;
  published: Table | null;
  choices: Table | null;
  compute: Table | null;
  comparisons: Table | null;
  /** The layouts by name: `paper`, `budget`, `sweep`, `noise`. */
  layouts: Table[];
  diagnostics: Table | null;
  sharpness: Table | null;
  lost: Table | null;
}

/** Makes all tables. Those without a row are left out. */
export function makeTables(summary: Summary): Tables {
  const filled = (table: Table | null) => (table && table.rows.length > 0 ? table : null);
  return {
    results: filled(resultsTable(summary)),
    published: filled(publishedTable(summary)),
    choices: choicesTable(summary),
    compute: filled(computeTable(summary)),
    comparisons: comparisonsTable(summary),
    layouts: [paperTable(summary), budgetTable(summary), ...sweepTables(summary), noiseTable(summary)].filter(
      (table): table is Table => filled(table) !== null,
    ),
    diagnostics: diagnosticsTable(summary),
    sharpness: sharpnessTable(summary),
    lost: lostTable(summary),
  };
}

/** The tables in their order. */
export function listTables(tables: Tables): Table[] {
  const { results, published, choices, compute, comparisons, layouts, diagnostics, sharpness, lost } = tables;
  return [results, published, choices, compute, comparisons, ...layouts, diagnostics, sharpness, lost].filter(
    (table) => table !== null,
  );
}

/** From synthetic cells and results to every file of a report, without a disk. */
import { condense } from '../../src/report/summarize/record.js';
import { type SuiteFacts, summarizeCells } from '../../src/report/summarize/summarize.js';
import type { Summary } from '../../src/report/summary.js';
import { renderReport } from '../../src/report/write.js';
import type { CellResult, TimingResult } from '../../src/results/result.js';
import type { Cell } from '../../src/suite/cell.js';

export interface Made {
  suite: SuiteFacts;
  cells: readonly Cell[];
  results: readonly CellResult[];
  timing: TimingResult | null;
}

/** The summary of synthetic results. */
export function summaryOf({ suite, cells, results, timing }: Made): Summary {
  return summarizeCells(suite, { cells }, results.map(condense), timing);
}

/** All files of the report of synthetic results, by name. */
export async function filesOf(made: Made): Promise<{ summary: Summary; files: Map<string, string> }> {
  const summary = summaryOf(made);
  return { summary, files: await renderReport(summary) };
}

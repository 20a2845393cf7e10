/** Reads the results of a suite one file at a time, so that only their condensed form is held in memory. */
import type { TimingResult } from '../results/result.js';
import { openStore } from '../results/store.js';
import type { Cell } from '../suite/cell.js';
import { type CellRecord, condense } from './summarize/record.js';

/** The results of the planned `cells` that exist, in the order of the plan, and the step times if they were measured. */
export async function readRecords(
  resultsDir: string,
  suite: string,
  cells: readonly Pick<Cell, 'id'>[],
): Promise<{ records: CellRecord[]; timing: TimingResult | null }> {
  const store = openStore(resultsDir, suite);
  const records: CellRecord[] = [];
  for (const { id } of cells) {
    const result = await store.read(id);
    if (result) records.push(condense(result));
  }
  return { records, timing: await store.readTiming() };
}

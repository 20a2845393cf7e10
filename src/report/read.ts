/** Reads the results of a suite one file at a time, so that only their condensed form is held in memory. */
import type { TimingResult } from '../results/result.js';
import { openStore } from '../results/store.js';
import type { Cell } from '../suite/cell.js';
import { type CellRecord, condense } from './summarize/record.js';

/** Files that are opened at a time: enough that the disk is never waited for, few enough to hold little in memory. */
const atOnce = 16;

/** The results of the planned `cells` that exist, in the order of the plan, and the step times if they were measured. */
export async function readRecords(
  resultsDir: string,
  suite: string,
  cells: readonly Pick<Cell, 'id'>[],
): Promise<{ records: CellRecord[]; timing: TimingResult | null }> {
  const store = openStore(resultsDir, suite);
  const records: CellRecord[] = [];
  for (let start = 0; start < cells.length; start += atOnce) {
    const results = await Promise.all(cells.slice(start, start + atOnce).map(({ id }) => store.read(id)));
    for (const result of results) if (result) records.push(condense(result));
  }
  return { records, timing: await store.readTiming() };
}

/** `sambench report SUITE`: every report format from the result files alone, without TensorFlow. */
import { report } from '../report/report.js';
import type { CommandResult } from './command-result.js';
import type { FolderFlags } from './flags.js';
import { reportOutcome, unfinishedOf } from './outcome.js';

/** Writes the report of the suite in `file`; exit code 3 where a cell of the grid is not finished. */
export async function reportCommand(file: string, { results, reports }: FolderFlags): Promise<CommandResult> {
  const { summary, files } = await report(file, { resultsDir: results, reportsDir: reports });
  return reportOutcome(summary, files, unfinishedOf(summary), { text: '', data: {} });
}

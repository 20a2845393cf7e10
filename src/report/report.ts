/** `report`: from a suite file and its results to the report, without TensorFlow and without training. */
import type { CellResult, TimingResult } from '../results/result.js';
import { storedSuite } from '../results/step-times.js';
import { expandSuite } from '../suite/expand.js';
import { loadSuite } from '../suite/load.js';
import type { Suite } from '../suite/suite.js';
import { condense } from './summarize/record.js';
import { summarizeCells } from './summarize/summarize.js';
import type { Summary } from './summary.js';
import { type Report, type ReportFolders, writeReport } from './write.js';

/**
 * Writes `<reportsDir>/<suite>.html` and its companions from the results under `<resultsDir>/<suite>/` alone.
 * Returns the summary and the files written. Throws `suite-invalid`, `result-invalid`, `disk-failed`, or
 * `cells-incomplete` for a suite of equal wall time whose step times were never measured.
 */
export async function report(suiteFile: string, folders: ReportFolders): Promise<Report> {
  const suite = await storedSuite(loadSuite(suiteFile).suite, folders.resultsDir, suiteFile);
  const { cells, skipped } = expandSuite({ suite });
  return writeReport(suite, cells, folders, skipped);
}

/** The summary of `suite` from results held in memory, as the reports and the terminal table show it. */
export function summarize(suite: Suite, results: Iterable<CellResult>, timing: TimingResult | null): Summary {
  return summarizeCells(suite, expandSuite({ suite }), [...results].map(condense), timing);
}

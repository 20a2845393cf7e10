/** `report`: from a suite file and its results to the report, without TensorFlow and without training. */
import type { CellResult, TimingResult } from '../results/result.js';
import { expandSuite } from '../suite/expand.js';
import { loadSuite } from '../suite/load.js';
import type { Suite } from '../suite/suite.js';
import { condense } from './summarize/record.js';
import { summarizeCells } from './summarize/summarize.js';
import type { Summary } from './summary.js';
import { type Report, type ReportFolders, writeReport } from './write.js';

/**
 * Writes `<reportsDir>/<suite>.html` and its companions from the results under `<resultsDir>/<suite>/` alone.
 * Returns the summary and the files written. Throws `suite-invalid`, `result-invalid` or `disk-failed`.
 */
export function report(suiteFile: string, folders: ReportFolders): Promise<Report> {
  const { suite } = loadSuite(suiteFile);
  const { cells, skipped } = expandSuite({ suite });
  return writeReport(suite, cells, folders, skipped);
}

/** The summary of `suite` from results held in memory, as the reports and the terminal table show it. */
export function summarize(suite: Suite, results: Iterable<CellResult>, timing: TimingResult | null): Summary {
  return summarizeCells(suite, expandSuite({ suite }), [...results].map(condense), timing);
}

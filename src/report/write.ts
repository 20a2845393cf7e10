/** Writes the report of one suite: every format from one summary. */
import path from 'node:path';
import { formatJson } from '../results/format.js';
import type { Cell } from '../suite/cell.js';
import { drawFigures } from './charts/all.js';
import { standalone } from './charts/figure.js';
import { writeIndex } from './index-page.js';
import { markdownReport } from './markdown.js';
import { page } from './page/page.js';
import { readRecords } from './read.js';
import { type SuiteFacts, summarizeCells } from './summarize/summarize.js';
import { type Summary, summarySchema } from './summary.js';
import { listTables, makeTables } from './tables/all.js';
import { csv } from './tables/csv.js';
import { latexTables } from './tables/latex.js';
import { writeText } from './write-text.js';

/** Where results are read from and reports are written to. */
export interface ReportFolders {
  resultsDir: string;
  reportsDir: string;
}

/** The summary, and the files that were written. */
export interface Report {
  summary: Summary;
  files: string[];
}

/** Reads the results of `suite`, whose plan is `cells`, and writes the report. Throws `disk-failed`, `result-invalid`. */
export async function writeReport(
  suite: SuiteFacts,
  cells: readonly Cell[],
  { resultsDir, reportsDir }: ReportFolders,
  skipped: readonly { reason: string }[] = [],
): Promise<Report> {
  const { records, timing } = await readRecords(resultsDir, suite.name, cells);
  const summary = summarizeCells(suite, { cells, skipped }, records, timing);
  const files = await renderReport(summary);
  const written: string[] = [];
  for (const [name, text] of files) written.push(await writeText(path.join(reportsDir, name), text));
  await writeIndex(reportsDir, resultsDir);
  return { summary, files: written };
}

/** Every file of a report by its name within the folder of reports, the page first. */
export async function renderReport(summary: Summary): Promise<Map<string, string>> {
  const { name } = summary.suite;
  const tables = makeTables(summary);
  const list = listTables(tables);
  const figures = await drawFigures(summary);
  const files = new Map([
    [`${name}.html`, page(summary, tables, figures)],
    [`${name}.md`, markdownReport(summary, list)],
    [`${name}.tex`, latexTables(list, name)],
    [`${name}.csv`, csv(summary)],
    [`${name}.json`, formatJson(summary, summarySchema)],
  ]);
  for (const figure of Object.values(figures).flat()) {
    for (const panel of figure.panels) {
      files.set(`figures/${name}-${panel.name}.svg`, standalone(figure, panel));
    }
  }
  return files;
}

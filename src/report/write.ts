/** Writes the report of one suite: every format from one summary. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { SambenchError } from '../errors.js';
import { formatJson } from '../results/format.js';
import type { Cell } from '../suite/cell.js';
import { drawFigures } from './charts/all.js';
import { standalone } from './charts/figure.js';
import { markdownReport } from './markdown.js';
import { page } from './page/page.js';
import { readRecords } from './read.js';
import { type SuiteFacts, summarizeCells } from './summarize/summarize.js';
import { type Summary, summarySchema } from './summary.js';
import { listTables, makeTables } from './tables/all.js';
import { csv } from './tables/csv.js';
import { latexTables } from './tables/latex.js';

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
  for (const [name, text] of files) written.push(await write(path.join(reportsDir, name), text));
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

async function write(file: string, text: string): Promise<string> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
    return file;
  } catch (error) {
    throw new SambenchError(
      'disk-failed',
      {
        problem: `cannot be written (${(error as Error).message})`,
        file,
        fix: 'Make room, or name another folder with --reports.',
      },
      { cause: error },
    );
  }
}

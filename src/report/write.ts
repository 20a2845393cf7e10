/** Writes the report of one suite: every format from one summary. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { SambenchError } from '../errors.js';
import type { Cell } from '../suite/cell.js';
import { curveCharts } from './charts/curves.js';
import { seedChart } from './charts/seeds.js';
import { page } from './page.js';
import { readRecords } from './read.js';
import { type SuiteFacts, summarizeCells } from './summarize/summarize.js';
import type { Summary } from './summary.js';

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
  const seeds = await seedChart(summary);
  const html = page(summary, { curves: await curveCharts(summary), seeds: seeds ? [seeds] : [] });
  return { summary, files: [await write(path.join(reportsDir, `${suite.name}.html`), html)] };
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

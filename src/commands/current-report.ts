/** Finds a report that needs no rewriting, so that a `bench` with nothing to do need not draw its charts again. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRecords } from '../report/read.js';
import { type SuiteFacts, summarizeCells } from '../report/summarize/summarize.js';
import { summarySchema } from '../report/summary.js';
import type { Report, ReportFolders } from '../report/write.js';
import { formatJson } from '../results/format.js';
import type { Grid } from '../suite/expand.js';

/** Sambench's own code, sources or compiled. */
const codeFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * The report of `suite` on disk, or null where it does not show exactly the present results, a file of it is missing, or
 * the code that made it has changed since. Every format follows from the summary, which is one of the files.
 * @throws SambenchError `result-invalid`.
 */
export async function currentReport(
  suite: SuiteFacts,
  { cells, skipped }: Pick<Grid, 'cells' | 'skipped'>,
  { resultsDir, reportsDir }: ReportFolders,
): Promise<Report | null> {
  const { records, timing } = await readRecords(resultsDir, suite.name, cells);
  const summary = summarizeCells(suite, { cells, skipped }, records, timing);
  const page = path.join(reportsDir, `${suite.name}.html`);
  const others = ['md', 'tex', 'csv', 'json'].map((ending) =>
    path.join(reportsDir, `${suite.name}.${ending}`),
  );
  try {
    const written = await readFile(path.join(reportsDir, `${suite.name}.json`), 'utf8');
    if (written !== formatJson(summary, summarySchema)) return null;
    const figures = (await readdir(path.join(reportsDir, 'figures')))
      .filter((name) => name.startsWith(`${suite.name}-`) && name.endsWith('.svg'))
      .sort()
      .map((name) => path.join(reportsDir, 'figures', name));
    // The page is written first: a file older than it is left from an earlier report, after which the writer was killed.
    const pageAge = await changed(page);
    const ages = await Promise.all([...others, ...figures].map(changed));
    if (figures.length === 0 || ages.some((age) => age < pageAge) || pageAge < (await codeChanged()))
      return null;
    return { summary, files: [page, ...others, ...figures] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function changed(file: string): Promise<number> {
  return (await stat(file)).mtimeMs;
}

async function codeChanged(): Promise<number> {
  const entries = await readdir(codeFolder, { recursive: true });
  return Math.max(...(await Promise.all(entries.map((entry) => changed(path.join(codeFolder, entry))))));
}

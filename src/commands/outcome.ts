/** What `bench` and `report` say at their end: the table, the verdict, what is lost, and where the report is. */
import path from 'node:path';
import { exitCodes } from '../errors.js';
import type { Summary } from '../report/summary.js';
import type { CommandResult } from './command-result.js';
import { oneLine } from './plan-text.js';
import { lost, summaryTable } from './summary-table.js';

/** A selected cell without a finished result. */
export interface Unfinished {
  cell: string;
  status: string;
}

/** All cells of a summary without a finished result. */
export function unfinishedOf(summary: Summary): Unfinished[] {
  return summary.settings.flatMap(({ seeds }) =>
    seeds.filter(({ status }) => status !== 'finished').map(({ cell, status }) => ({ cell, status })),
  );
}

/** The outcome of a command that ends with a report; exit code 3 where any of `unfinished` is left. */
export function reportOutcome(
  summary: Summary,
  files: readonly string[],
  unfinished: readonly Unfinished[],
  did: { text: string; data: Readonly<Record<string, unknown>> },
): CommandResult {
  const { suite, counts, verdict, findings, settings } = summary;
  const lines = [oneLine(suite.title), '', summaryTable(summary), '', oneLine(verdict.sentence)];
  lines.push(...findings.map((finding) => `Note: ${oneLine(finding)}`), '');
  const problems = lost(counts);
  if (problems) lines.push(`Of ${counts.planned} cells: ${problems}.${advice(unfinished)}`);
  if (did.text) lines.push(did.text);
  lines.push(`Report: ${files[0]}${companions(files.slice(1))}`);
  return {
    text: lines.join('\n'),
    data: { suite: suite.name, ...did.data, counts, unfinished, verdict, findings, settings, files },
    exitCode: unfinished.length > 0 ? exitCodes.incompleteCells : exitCodes.done,
  };
}

function advice(unfinished: readonly Unfinished[]): string {
  return unfinished.some(({ status }) => status !== 'missing')
    ? ' bench --retry-failed runs those again that failed.'
    : '';
}

/** The other files in a few words: ` (beside it .md, .csv and 3 figures)`. */
function companions(files: readonly string[]): string {
  const figures = files.filter((file) => file.endsWith('.svg')).length;
  const names = files.filter((file) => !file.endsWith('.svg')).map((file) => path.extname(file));
  if (figures > 0) names.push(figures === 1 ? '1 figure' : `${figures} figures`);
  const last = names.pop();
  return last === undefined
    ? ''
    : ` (beside it ${names.length > 0 ? `${names.join(', ')} and ${last}` : last})`;
}

/** What `bench` and `report` say at their end: the summary table, what is lost, and where the report is. */
import { exitCodes } from '../errors.js';
import type { Summary } from '../report/summary.js';
import type { CommandResult } from './command-result.js';
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
  const lines = [summary.suite.title, '', summaryTable(summary), ''];
  const problems = lost(summary.counts);
  if (problems) lines.push(`Of ${summary.counts.planned} cells: ${problems}.${advice(unfinished)}`);
  if (did.text) lines.push(did.text);
  lines.push(
    ...(files.length === 1 ? [`Report: ${files[0]}`] : ['Report:', ...files.map((each) => `  ${each}`)]),
  );
  return {
    text: lines.join('\n'),
    data: {
      suite: summary.suite.name,
      ...did.data,
      counts: summary.counts,
      unfinished,
      settings: summary.settings,
      files,
    },
    exitCode: unfinished.length > 0 ? exitCodes.incompleteCells : exitCodes.done,
  };
}

function advice(unfinished: readonly Unfinished[]): string {
  return unfinished.some(({ status }) => status !== 'missing')
    ? ' bench --retry-failed runs those again that failed.'
    : '';
}

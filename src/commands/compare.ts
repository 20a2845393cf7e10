/** `sambench compare DIR_A DIR_B`: two folders of results side by side, without training. */
import path from 'node:path';
import { exitCodes } from '../errors.js';
import { compare } from '../report/compare/compare.js';
import { comparisonTable, comparisonText } from '../report/compare/files.js';
import type { CommandResult } from './command-result.js';
import { textTable } from './text-table.js';

/**
 * Compares two folders; exit code 3 where a cell of either has no finished partner.
 * @throws SambenchError exit 2 for a folder that cannot be read, 3 where nothing can be compared.
 */
export async function compareCommand(
  dirA: string,
  dirB: string,
  { reports }: { reports: string },
): Promise<CommandResult> {
  const { comparison, files } = await compare(dirA, dirB, { reportsDir: reports });
  const { columns, rows } = comparisonTable(comparison);
  const heads = columns.map(({ head }) => head);
  const numbers = columns.filter(({ align }) => align === 'number').map(({ head }) => head);
  const table = textTable(
    heads,
    rows.map(({ cells }) => cells.map(({ text }) => text)),
    numbers,
  );
  const shown = path.relative('', files[0] ?? '') || (files[0] ?? '');
  const { onlyA, onlyB, lost } = comparison;
  return {
    text: [comparisonText(comparison), '', table, '', `Report: ${shown}`].join('\n'),
    data: { ...comparison, files },
    exitCode: onlyA + onlyB + lost > 0 ? exitCodes.incompleteCells : exitCodes.done,
  };
}

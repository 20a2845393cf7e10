/** Where the time of a compiled step goes, by kind of operation. */
import { textTable } from '../commands/text-table.js';
import type { OperationTime } from '../engine/trace.js';
import { median } from '../stats/describe.js';

/** All operations of one type in a step. */
export interface OperationRow {
  operation: string;
  count: number;
  /** Of the traced steps, each the sum of all operations of the type. */
  medianMilliseconds: number;
  /** Of the sum of these medians over all types. */
  share: number;
}

/** The medians of traced steps, the longest first; a type that a step does not have took it no time. */
export function operationRows(steps: readonly (readonly OperationTime[])[]): OperationRow[] {
  const types = [...new Set(steps.flat().map(({ operation }) => operation))];
  const medians = types.map((operation) => {
    const found = steps.map((step) => step.filter((time) => time.operation === operation));
    const overSteps = (part: (time: OperationTime) => number) =>
      median(found.map((times) => times.reduce((sum, time) => sum + part(time), 0)));
    return {
      operation,
      count: overSteps(({ count }) => count),
      medianMilliseconds: overSteps(({ microseconds }) => microseconds) / 1000,
    };
  });
  const all = medians.reduce((sum, { medianMilliseconds }) => sum + medianMilliseconds, 0);
  return medians
    .map((row) => ({ ...row, share: row.medianMilliseconds / all }))
    .sort((one, other) => other.medianMilliseconds - one.medianMilliseconds);
}

/** The rows of one optimizer as text, and their sum. */
export function operationTable(optimizer: string, rows: readonly OperationRow[]): string {
  const heads = [`operation, ${optimizer}`, 'n', 'ms, median', 'share'];
  const sum = (part: (row: OperationRow) => number) => rows.reduce((total, row) => total + part(row), 0);
  const all = {
    operation: 'all',
    count: sum(({ count }) => count),
    medianMilliseconds: sum(({ medianMilliseconds }) => medianMilliseconds),
    share: 1,
  };
  const lines = [...rows, all].map(({ operation, count, medianMilliseconds, share }) => [
    operation,
    String(count),
    medianMilliseconds.toFixed(2),
    `${(100 * share).toFixed(1)} %`,
  ]);
  return textTable(heads, lines, heads.slice(1));
}

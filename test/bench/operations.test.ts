import { describe, expect, it } from 'vitest';
import { operationRows, operationTable } from '../../src/bench/operations.js';

const time = (operation: string, microseconds: number, count = 1) => ({ operation, microseconds, count });
const steps = [
  [time('Add', 1000, 2), time('Conv2D', 5000)],
  [time('Add', 9000, 2), time('Conv2D', 6000)],
  [time('Conv2D', 7000), time('Add', 1500), time('Add', 500)],
];

describe('the operations of a step', () => {
  it('have the median of the steps, the longest first', () => {
    expect(operationRows(steps)).toEqual([
      { operation: 'Conv2D', count: 1, medianMilliseconds: 6, share: 0.75 },
      { operation: 'Add', count: 2, medianMilliseconds: 2, share: 0.25 },
    ]);
  });

  it('took no time in a step that has none of them', () => {
    const rows = operationRows([[time('Add', 1000)], [], [time('Mul', 1)]]);
    expect(rows.map(({ medianMilliseconds }) => medianMilliseconds)).toEqual([0, 0]);
  });

  it('are printed with their shares and their sum', () => {
    expect(operationTable('adam', operationRows(steps))).toBe(
      [
        'operation, adam  n  ms, median    share',
        '───────────────  ─  ──────────  ───────',
        'Conv2D           1        6.00   75.0 %',
        'Add              2        2.00   25.0 %',
        'all              3        8.00  100.0 %',
      ].join('\n'),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../src/results/result.js';
import { withFiniteNumbers } from '../../src/run/finite.js';
import { exampleResult } from '../results/example.js';

function withRow(changes: Partial<HistoryRow>) {
  const result = exampleResult();
  const [first, second] = result.history as [HistoryRow, HistoryRow];
  return withFiniteNumbers({ ...result, history: [first, { ...second, ...changes }] });
}

describe('numbers that are none', () => {
  it('leave a result with finite numbers as it is', () => {
    expect(withFiniteNumbers(exampleResult())).toEqual(exampleResult());
  });

  it('become null where an epoch may lack them', () => {
    const { history } = withRow({ valLoss: Number.POSITIVE_INFINITY, gradientCosine: Number.NaN });
    expect(history[1]).toMatchObject({ epoch: 2, trainLoss: 1, valLoss: null, gradientCosine: null });
  });

  it('leave the epoch out that has no training loss', () => {
    expect(withRow({ trainLoss: Number.NaN }).history.map(({ epoch }) => epoch)).toEqual([1]);
  });

  it('make a cell diverged whose final loss is not a number', () => {
    const { final } = exampleResult();
    const result = withFiniteNumbers(
      exampleResult(undefined, {
        final: final && { ...final, test: { loss: Number.NaN, accuracy: 0.1 } },
      }),
    );
    expect(result.status).toBe('diverged');
    expect(result.final).toBeNull();
    expect(result.error?.message).toContain('NaN');
  });
});

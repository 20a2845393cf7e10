import { describe, expect, it } from 'vitest';
import { epochCell, equalCells } from '../../src/bench/bench-suite.js';
import { expandSuite } from '../../src/suite/expand.js';
import { parseSuite } from '../../src/suite/load.js';

describe('the grid of equal cells', () => {
  it('is a suite of as many cells as asked, all of one cost', () => {
    const written = equalCells({ cells: 8, train: 2000, epochs: 2, batch: 64, threads: 1 });
    const { cells } = expandSuite(parseSuite(written, 'grid.json'));
    expect(cells.map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(cells.map(({ budget }) => budget.flops)).size).toBe(1);
    // 31 whole batches of 64 in 2,000 images, twice.
    expect(cells[0]?.budget.steps).toBe(62);
  });
});

describe('the cell whose epochs are timed', () => {
  it('trains on whole batches of the images', () => {
    const size = { optimizer: 'adam', train: 10_000, batch: 128, m: null, epochs: 3, threads: 2 } as const;
    const { budget, settings } = epochCell(size);
    expect(budget.steps).toBe(3 * 78);
    expect(settings).toMatchObject({ model: { name: 'resnet20' }, threads: 2, optimizer: { m: null } });
  });

  it('cuts its batches into groups where it is told', () => {
    const size = { optimizer: 'sam', train: 10_000, batch: 1024, m: 128, epochs: 2, threads: 2 } as const;
    const { budget, settings } = epochCell(size);
    expect(settings.optimizer).toMatchObject({ name: 'sam', m: 128 });
    expect(budget).toMatchObject({ steps: 18, gradientEvaluations: 36 });
  });
});

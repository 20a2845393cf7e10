/** What the report claims of a suite of equal wall time. */
import { describe, expect, it } from 'vitest';
import { condense } from '../../src/report/summarize/record.js';
import { summarizeCells } from '../../src/report/summarize/summarize.js';
import type { CellResult } from '../../src/results/result.js';
import { withMeasured } from '../../src/results/step-times.js';
import type { Cell } from '../../src/suite/cell.js';
import { expandSuite } from '../../src/suite/expand.js';
import { cellsToTime, wallTimeKind } from '../../src/suite/wall-time.js';
import { exampleResult } from '../results/example.js';
import { changed } from '../suite/example.js';

const { suite: declared } = changed((suite) => {
  suite.compute = { equal: 'wallTime' };
});
const kinds = cellsToTime(expandSuite({ suite: declared }).cells).map((cell) => {
  const milliseconds = cell.arm === 'sam' ? 25 : 10;
  return {
    kind: wallTimeKind(cell.settings),
    arm: cell.arm,
    cell: cell.id,
    batch: cell.settings.batch,
    samplesMilliseconds: [milliseconds],
    medianMilliseconds: milliseconds,
    meanMilliseconds: milliseconds,
    sdMilliseconds: 0,
  };
});
const { environment } = exampleResult();
const measured = {
  schema: 1,
  suite: 'example',
  version: 1,
  rounds: 1,
  steps: 1,
  warmup: 0,
  kinds,
  environment,
} as const;
const suite = withMeasured(declared, measured, 'wall-time.json');
const grid = expandSuite({ suite });

const computeOf = (results: readonly CellResult[]) =>
  summarizeCells(suite, grid, results.map(condense), null).compute;

/** A result whose history has as many epochs as the cell, or `epochs`. */
function resultOf(cell: Cell, epochs = cell.settings.epochs): CellResult {
  const [row] = exampleResult().history;
  const history = Array.from({ length: epochs }, (_, index) =>
    row ? [{ ...row, epoch: index + 1 }] : [],
  ).flat();
  return exampleResult(cell, { history, budget: { ...cell.budget, epochs } });
}

describe('equal wall time in the report', () => {
  it('is claimed with the epochs chosen, the step times and the machine', () => {
    const { rule, equal, sentence } = computeOf(grid.cells.map((cell) => resultOf(cell)));
    expect([rule, equal]).toEqual(['wall time', true]);
    expect(sentence).toContain('adam 25 epochs in place of 20 (10 ms a step)');
    expect(sentence).toContain('on Test processor (0123456789ab)');
    expect(sentence).toContain('In the cells, training at the largest budgets took');
  });

  it('is not claimed where an arm ran other epochs than were chosen', () => {
    const { equal, sentence } = computeOf(
      grid.cells.map((cell) => resultOf(cell, cell.settings.epochs === 25 ? 20 : undefined)),
    );
    expect(equal).toBe(false);
    expect(sentence).toMatch(/But .*adam.* ran 20\.$/);
  });

  it('is open while no cell has run', () => {
    expect(computeOf([])).toMatchObject({
      equal: null,
      sentence: expect.stringContaining('No cell has run'),
    });
  });
});

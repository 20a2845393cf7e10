/** The notice of a run beyond half a day, with a speed that is made up. */
import { describe, expect, it } from 'vitest';
import { longRunNotice } from '../../src/commands/long-run.js';
import type { Cell } from '../../src/suite/cell.js';
import { expandSuite } from '../../src/suite/expand.js';
import type { Calibrate } from '../../src/suite/speed.js';
import { exampleResult } from '../results/example.js';
import { changed } from '../suite/example.js';

/** The example with N epochs: 62 steps each, three seeds of adam at N and 2N and sam at N. */
function runOf(
  epochs: number,
  results: (cells: readonly Cell[]) => ReturnType<typeof exampleResult>[] = () => [],
) {
  const { suite } = changed((each) => {
    each.epochs = epochs;
  });
  const missing = expandSuite({ suite }).cells;
  const run = { suite, file: 'suites/example.json', missing, results: async () => results(missing), jobs: 2 };
  return run;
}

const seconds =
  (perStep: number): Calibrate =>
  async (cells) => ({
    secondsPerStep: Object.fromEntries(cells.map(({ id }) => [id, perStep])),
    peakRssBytes: 1e9,
    secondsPerCell: 5,
  });
const never: Calibrate = () => {
  throw new Error('nothing is to be measured');
};

describe('the notice of a long run', () => {
  it('tells the time and names the command that makes the suite smaller, on one line', async () => {
    // 12 units of 1000 epochs of 62 steps of 0.2 s are 148,800 s, and evaluations on top: over 20 h in two processes.
    const notice = await longRunNotice(runOf(1000), seconds(0.2));
    expect(notice).toMatch(
      /^This will take about 2\d h( \d+ min)? with 2 cells at a time, longer than 12 hours\./,
    );
    expect(notice).toContain('npm run plan suites/example.json -- --fit 8h --write suites/example-8h.json');
    expect(notice).not.toContain('\n');
  });

  it('is left out where the measured speed makes the run shorter', async () => {
    expect(await longRunNotice(runOf(1000), seconds(0.05))).toBeNull();
  });

  it('takes the speed from finished cells where there are any, and measures nothing then', async () => {
    const run = runOf(1000, ([cell]) => {
      if (cell === undefined) throw new Error('no cell');
      const history = Array.from({ length: 1000 }, () => exampleResult().history[0] ?? []).flat();
      const time = { ...exampleResult().time, trainSeconds: 62_000 * 0.2 };
      return [exampleResult(cell, { history, time })];
    });
    expect(await longRunNotice(run, never)).toContain('longer than 12 hours');
  });

  it('measures nothing where the run is short at any speed', async () => {
    expect(await longRunNotice(runOf(1), never)).toBeNull();
  });

  it('leaves a failure to the cells, which can say more about it', async () => {
    const failing: Calibrate = () => Promise.reject(new Error('no engine'));
    expect(await longRunNotice(runOf(1000), failing)).toBeNull();
  });
});

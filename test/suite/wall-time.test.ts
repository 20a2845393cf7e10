/** The choice of epochs at equal wall time, with step times that are made up. */
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/suite/cell.js';
import { expandSuite } from '../../src/suite/expand.js';
import type { Suite } from '../../src/suite/suite.js';
import {
  cellsToTime,
  describeChoices,
  planEpochs,
  untimedArms,
  wallTimeKind,
} from '../../src/suite/wall-time.js';
import { changed } from './example.js';

type Change = Parameters<typeof changed>[0];

/** The example at equal wall time: 62 steps an epoch; adam with N = 10 and 2N, sam with N. */
function suiteOf(change: Change = () => {}): Suite {
  return changed((suite) => {
    suite.compute = { equal: 'wallTime' };
    change?.(suite);
  }).suite;
}

/** Milliseconds a step for all kinds of the suite, by a cell of each. */
function timesOf(suite: Suite, milliseconds: (cell: Cell) => number) {
  const cells = cellsToTime(expandSuite({ suite }).cells);
  return Object.fromEntries(cells.map((cell) => [wallTimeKind(cell.settings), milliseconds(cell)]));
}

function measured(suite: Suite, milliseconds: (cell: Cell) => number): Suite {
  const known = { stepTimes: timesOf(suite, milliseconds), machine: 'a processor (abc)', choices: [] };
  return { ...suite, compute: { ...suite.compute, measured: known } };
}

/** Distinct epochs of an arm, ascending. */
const epochsOf = (suite: Suite, arm: string) => [
  ...new Set(
    expandSuite({ suite })
      .cells.filter((cell) => cell.arm === arm)
      .map(({ settings }) => settings.epochs),
  ),
];

describe('epochs at equal wall time', () => {
  it('gives the largest budget of the cheaper arm as many whole epochs as fit the time of the dearer one', () => {
    // adam: 20 epochs of 62 steps of 10 ms are 12.4 s; sam: 10 of 25 ms are 15.5 s, which fit 25 epochs of adam.
    const suite = measured(suiteOf(), ({ arm }) => (arm === 'sam' ? 25 : 10));
    expect(epochsOf(suite, 'sam')).toEqual([10]);
    expect(epochsOf(suite, 'adam')).toEqual([10, 25]);
    expect(expandSuite({ suite }).epochChoices).toMatchObject([
      { arm: 'adam', declared: 20, epochs: 25, stepMilliseconds: 10, seconds: 15.5, reference: false },
      { arm: 'sam', declared: 10, epochs: 10, stepMilliseconds: 25, seconds: 15.5, reference: true },
    ]);
  });

  it('leaves the declared epochs to whichever arm takes longest with them', () => {
    // sam: 10 epochs of 15 ms a step; adam: 20 of 10 ms are more, and fit 13.3 of sam.
    const suite = measured(suiteOf(), ({ arm }) => (arm === 'sam' ? 15 : 10));
    expect(epochsOf(suite, 'adam')).toEqual([10, 20]);
    expect(epochsOf(suite, 'sam')).toEqual([13]);
  });

  it('changes nothing where the times are equal already, whatever rounding does', () => {
    const suite = measured(suiteOf(), ({ arm }) => (arm === 'sam' ? 0.2 : 0.1));
    expect([...epochsOf(suite, 'adam'), ...epochsOf(suite, 'sam')]).toEqual([10, 20, 10]);
  });

  it('makes the chosen epochs settings of the cells: budget, id and hash follow', () => {
    const declared = expandSuite({ suite: suiteOf() }).cells.filter(({ arm }) => arm === 'adam');
    const suite = measured(suiteOf(), ({ arm }) => (arm === 'sam' ? 25 : 10));
    const cells = expandSuite({ suite }).cells.filter(({ arm }) => arm === 'adam');
    // The smaller budget stays as it is, and so does its id.
    expect(cells[0]).toEqual(declared[0]);
    expect(cells[1]?.id).toMatch(/^adam-e25-s1-[0-9a-f]{8}$/);
    expect(cells[1]?.id.slice(-8)).not.toBe(declared[1]?.id.slice(-8));
    expect(cells[1]?.budget).toMatchObject({ epochs: 25, steps: 25 * 62, gradientEvaluations: 25 * 62 });
  });

  it('gives the cells that the suite would have with those epochs written down', () => {
    const chosen = measured(suiteOf(), ({ arm }) => (arm === 'sam' ? 25 : 10));
    const written = suiteOf((suite) => {
      Object.assign(suite.arms[0] ?? {}, { epochs: [10, 25] });
    });
    expect(expandSuite({ suite: chosen }).cells).toEqual(expandSuite({ suite: written }).cells);
  });

  it('chooses for each batch size apart, as arms are compared at equal batch', () => {
    const suite = measured(
      suiteOf((each) => {
        each.batch = [64, 128];
      }),
      ({ arm, settings }) => (arm === 'sam' ? (settings.batch === 64 ? 25 : 40) : 10),
    );
    const adam = expandSuite({ suite }).cells.filter(({ arm, seed }) => arm === 'adam' && seed === 1);
    // At batch 128, 10 epochs of 40 ms fit 40 of adam's.
    expect(adam.map(({ settings }) => [settings.batch, settings.epochs])).toEqual([
      [64, 10],
      [64, 25],
      [128, 10],
      [128, 40],
    ]);
  });

  it('chooses for each kind of step of one arm', () => {
    const suite = measured(
      suiteOf((each) => {
        each.arms[1] = {
          name: 'sam',
          epochs: 'N',
          optimizer: { name: 'sam', rho: 0.05, m: [16, 64], base: { name: 'adam', learningRate: 0.001 } },
        };
      }),
      ({ settings }) => (settings.optimizer.m === 16 ? 50 : settings.optimizer.m === 64 ? 25 : 10),
    );
    const sam = expandSuite({ suite }).cells.filter(({ arm, seed }) => arm === 'sam' && seed === 1);
    expect(sam.map(({ settings }) => [settings.optimizer.m, settings.epochs])).toEqual([
      [16, 10],
      [64, 20],
    ]);
    const choices = expandSuite({ suite }).epochChoices ?? [];
    expect(choices.map(({ arm, detail }) => [arm, detail])).toEqual([
      ['adam', ''],
      ['sam', 'm 16'],
      ['sam', 'm 64'],
    ]);
    expect(describeChoices({ stepTimes: {}, machine: 'x', choices })).toContain(
      'sam (m 64) 20 epochs in place of 10',
    );
  });

  it('lets skip rules speak of epochs as the suite declares them', () => {
    const suite = measured(
      suiteOf((each) => {
        each.skip = [{ when: { arm: 'adam', epochs: 20, seed: 2 }, reason: 'enough' }];
      }),
      ({ arm }) => (arm === 'sam' ? 25 : 10),
    );
    const { cells, skipped } = expandSuite({ suite });
    expect(skipped.map(({ id }) => id.replace(/-[0-9a-f]+$/, ''))).toEqual(['adam-e25-s2']);
    expect(cells).toHaveLength(8);
  });

  it('does not choose before anything was measured', () => {
    expect(epochsOf(suiteOf(), 'adam')).toEqual([10, 20]);
    expect(expandSuite({ suite: suiteOf() }).epochChoices).toBeUndefined();
  });
});

describe('what is timed', () => {
  it('is one cell of each kind of step: neither seeds nor rho nor epochs are kinds', () => {
    const suite = suiteOf((each) => {
      each.arms[1] = {
        name: 'sam',
        optimizer: { name: 'sam', rho: [0.05, 0.1], base: { name: 'adam', learningRate: 0.001 } },
      };
    });
    expect(cellsToTime(expandSuite({ suite }).cells).map(({ arm }) => arm)).toEqual(['adam', 'sam']);
  });

  it('tells apart an arm whose weights are averaged', () => {
    const optimizer = { name: 'adam', learningRate: 0.001 };
    const suite = suiteOf((each) => {
      each.arms[1] = { name: 'sam', optimizer, select: 'last', average: { name: 'ema', decay: 0.9 } };
    });
    expect(cellsToTime(expandSuite({ suite }).cells)).toHaveLength(2);
  });

  it('names the arms whose step time is not known, and refuses to choose without', () => {
    const suite = suiteOf();
    const { cells } = expandSuite({ suite });
    const times = timesOf(suite, () => 10);
    expect(untimedArms(cells, times)).toEqual([]);
    const [, sam] = cellsToTime(cells);
    if (sam === undefined) throw new Error('no cell of sam');
    const { [wallTimeKind(sam.settings)]: _gone, ...others } = times;
    expect(untimedArms(cells, others)).toEqual(['sam']);
    expect(() => planEpochs(cells, others)).toThrow('the steps of sam were not timed');
  });
});

describe('the sentence about the choice', () => {
  it('names the reference, the epochs, the step times and the machine', () => {
    const suite = measured(suiteOf(), ({ arm }) => (arm === 'sam' ? 25 : 10));
    const choices = expandSuite({ suite }).epochChoices ?? [];
    expect(describeChoices({ stepTimes: {}, machine: 'a processor (abc)', choices })).toBe(
      'Epochs were chosen by measured step times, as many as fit the time of the most costly budget: adam 25 epochs in place of 20 (10 ms a step), sam 10 epochs (the most costly budget, 15.5 s of 25 ms a step). The steps were timed once, on a processor (abc).',
    );
  });
});

/** The grid of a suite: counts, order, ids and resolved settings. */
import { describe, expect, it } from 'vitest';
import { expandSuite, settingHash } from '../../src/suite/expand.js';
import { loadSuite } from '../../src/suite/load.js';
import { changed } from './example.js';

const gridOf = (...arguments_: Parameters<typeof changed>) => expandSuite(changed(...arguments_));
const idsOf = (...arguments_: Parameters<typeof changed>) => gridOf(...arguments_).cells.map(({ id }) => id);
const readable = (id: string) => id.replace(/-[0-9a-f]{8}$/, '');

describe('the cells of a suite', () => {
  it('come by seed, then arm, then axes, so that a grid half run has balanced arms', () => {
    expect(
      idsOf((suite) => {
        suite.seeds = 2;
      }).map(readable),
    ).toEqual([
      'adam-e10-s1',
      'adam-e20-s1',
      'sam-rho0.05-e10-s1',
      'adam-e10-s2',
      'adam-e20-s2',
      'sam-rho0.05-e10-s2',
    ]);
  });

  it('take the seeds that a list names, in its order', () => {
    const { cells } = gridOf((suite) => {
      suite.seeds = [7, 3];
    });
    expect(cells.map(({ seed }) => seed)).toEqual([7, 7, 7, 3, 3, 3]);
  });

  it('multiply the axes of an arm, those of its base included', () => {
    const ids = idsOf((suite) => {
      suite.seeds = 1;
      const sam = suite.arms[1] as Record<string, unknown>;
      sam.optimizer = {
        name: 'sam',
        rho: [0.05, 0.1],
        m: [null, 32],
        base: { name: 'adam', learningRate: [0.001, 1e-7] },
      };
    });
    expect(ids.slice(2).map(readable)).toEqual([
      'sam-rho0.05-m_none-lr0.001-e10-s1',
      'sam-rho0.05-m_none-lr0.0000001-e10-s1',
      'sam-rho0.05-m32-lr0.001-e10-s1',
      'sam-rho0.05-m32-lr0.0000001-e10-s1',
      'sam-rho0.1-m_none-lr0.001-e10-s1',
      'sam-rho0.1-m_none-lr0.0000001-e10-s1',
      'sam-rho0.1-m32-lr0.001-e10-s1',
      'sam-rho0.1-m32-lr0.0000001-e10-s1',
    ]);
  });

  it('multiply batch, label noise and the suite’s epochs', () => {
    const ids = idsOf((suite) => {
      suite.seeds = 1;
      suite.batch = [64, 128];
      suite.data.labelNoise = [0, 0.4];
      suite.epochs = [10, 20];
    });
    // adam: N and 2N of 10 and 20 are 10, 20 and 40.
    expect(ids.map(readable).filter((id) => id.startsWith('adam'))).toEqual(
      [64, 128].flatMap((batch) =>
        [0, 0.4].flatMap((noise) =>
          [10, 20, 40].map((epochs) => `adam-b${batch}-noise${noise}-e${epochs}-s1`),
        ),
      ),
    );
    expect(ids).toHaveLength(12 + 8);
  });

  it.each([
    ['N', 10],
    ['2N', 20],
    ['N/2', 5],
    ['5N/2', 25],
    ['1.5N', 15],
    [7, 7],
  ])('take %s epochs to be %i with N = 10', (written, epochs) => {
    const { cells } = gridOf((suite) => {
      suite.compute = { equal: 'none' };
      (suite.arms[0] as Record<string, unknown>).epochs = written;
    });
    expect(cells.some(({ arm, settings }) => arm === 'adam' && settings.epochs === epochs)).toBe(true);
  });

  it('of a plateau schedule cut the rate as defaults.ts says, unless the suite says how', () => {
    const stopOf = (stop: object | undefined) =>
      gridOf((suite) => {
        suite.schedule = { name: 'plateau' };
        if (stop) suite.stop = stop;
      }).cells[0]?.settings.stop;
    expect(stopOf(undefined)).toEqual({ plateau: { factor: 0.5, patience: 3, minDelta: 1e-4 } });
    expect(stopOf({ plateau: { factor: 0.1, patience: 7 } })).toEqual({
      plateau: { factor: 0.1, patience: 7, minDelta: 1e-4 },
    });
    expect(stopOf({ plateau: { minDelta: 0.01 } })).toEqual({
      plateau: { factor: 0.5, patience: 3, minDelta: 0.01 },
    });
  });

  it('hold every setting resolved, defaults included', () => {
    const { cells } = gridOf();
    expect(cells.find(({ arm }) => arm === 'sam')?.settings).toEqual({
      data: {
        name: 'cifar10',
        train: 4000,
        validation: 500,
        test: 1000,
        labelNoise: 0,
        augment: { padCrop: 0, flip: false, brightness: 0, cutout: 0 },
      },
      model: { name: 'resnet8', useBias: true, bnMomentum: 0.99, bnEpsilon: 0.001 },
      batch: 64,
      epochs: 10,
      schedule: { name: 'constant', warmupEpochs: 0 },
      optimizer: {
        name: 'sam',
        rho: 0.05,
        m: null,
        bn: 'batch',
        base: {
          name: 'adam',
          learningRate: 0.001,
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-7,
          weightDecay: 0,
          decay: 'decoupled',
          clipNorm: 0,
        },
      },
      select: 'validation',
      stop: null,
      threads: 1,
    });
  });

  it('take a list that is one value of its setting as one value', () => {
    const { cells } = gridOf((suite) => {
      const optimizer = {
        name: 'asam',
        rho: 0.5,
        scope: ['kernel'],
        base: { name: 'sgd', learningRate: 0.1 },
      };
      (suite.arms[1] as Record<string, unknown>).optimizer = optimizer;
    });
    const asam = cells.filter(({ arm }) => arm === 'sam');
    expect(asam).toHaveLength(3);
    expect(asam[0]?.settings.optimizer).toMatchObject({ scope: ['kernel'] });
  });

  it('follow the schedule, selection and callbacks of their own arm', () => {
    const { cells } = gridOf((suite) => {
      suite.compute = { equal: 'none' };
      suite.schedule = { name: 'cosine' };
      Object.assign(suite.arms[0] as object, {
        select: 'test',
        schedule: { name: 'plateau' },
        stop: { earlyStopping: { patience: 4 } },
      });
    });
    const [adam, , sam] = cells;
    expect(adam?.settings).toMatchObject({
      select: 'test',
      schedule: { name: 'plateau', warmupEpochs: 0 },
      stop: { earlyStopping: { patience: 4, minDelta: 0, restoreBest: true } },
    });
    expect(sam?.settings).toMatchObject({ select: 'validation', schedule: { name: 'cosine' }, stop: null });
  });
});

describe('skip rules', () => {
  it('leave out what matches all their axes, with the reason', () => {
    const { cells, skipped, arms } = gridOf((suite) => {
      (suite.arms[1] as Record<string, Record<string, unknown>>).optimizer = {
        name: 'sam',
        rho: [0.05, 0.1, 0.2],
        base: { name: 'adam', learningRate: 0.001 },
      };
      suite.skip = [{ when: { arm: 'sam', rho: [0.1, 0.2], seed: 2 }, reason: 'diverges' }];
    });
    expect(cells).toHaveLength(3 * 5 - 2);
    expect(skipped.map(({ id, reason }) => [readable(id), reason])).toEqual([
      ['sam-rho0.1-e10-s2', 'diverges'],
      ['sam-rho0.2-e10-s2', 'diverges'],
    ]);
    expect(arms.map(({ name, cells: count }) => [name, count])).toEqual([
      ['adam', 6],
      ['sam', 7],
    ]);
  });

  it('understand epochs as multiples of N', () => {
    const { skipped } = gridOf((suite) => {
      (suite.arms[0] as Record<string, unknown>).epochs = ['N/2', 'N', '2N'];
      suite.skip = [{ when: { arm: 'adam', epochs: ['N', 5] }, reason: 'not needed' }];
    });
    expect(skipped).toHaveLength(6);
  });
});

describe('the id of a cell', () => {
  it('is pinned: finished results are found by it', () => {
    const cifar10 = loadSuite(new URL('../../suites/cifar10.json', import.meta.url).pathname);
    const ids = expandSuite(cifar10).cells.map(({ id }) => id);
    expect(ids).toHaveLength(70);
    expect(ids[0]).toBe('adam-e100-s1-86a5e49d');
    expect(ids).toContain('sam-rho0.05-e100-s3-d20343c5');
  });

  it('ends in a hash of the setting, the same for every seed and for an arm of another name', () => {
    const hashes = (name: string) =>
      gridOf((suite) => {
        (suite.arms[1] as Record<string, unknown>).name = name;
        suite.compare.candidate = name;
      })
        .cells.filter(({ arm }) => arm === name)
        .map(({ id }) => id.slice(-8));
    expect(new Set([...hashes('sam'), ...hashes('other')]).size).toBe(1);
  });

  it('changes with the suite’s version, not with its title', () => {
    const first = idsOf();
    expect(
      idsOf((suite) => {
        suite.title = 'Another';
      }),
    ).toEqual(first);
    expect(
      idsOf((suite) => {
        suite.version = 2;
      }).map(readable),
    ).toEqual(first.map(readable));
    expect(
      idsOf((suite) => {
        suite.version = 2;
      }),
    ).not.toEqual(first);
  });

  it('does not depend on the order of keys', () => {
    const { cells } = gridOf();
    const settings = cells[0]?.settings;
    if (settings === undefined) throw new Error('the grid is empty');
    const reversed = Object.fromEntries(Object.entries(settings).reverse()) as typeof settings;
    expect(settingHash(reversed, 1)).toBe(settingHash(settings, 1));
    expect(cells[0]?.id.endsWith(settingHash(settings, 1))).toBe(true);
  });

  it('stays the same when the grid of rho grows', () => {
    const ids = idsOf((suite) => {
      (suite.arms[1] as Record<string, Record<string, unknown>>).optimizer = {
        name: 'sam',
        rho: [0.05, 0.1],
        base: { name: 'adam', learningRate: 0.001 },
      };
    });
    for (const id of idsOf()) expect(ids).toContain(id);
  });

  it('is a file name, whatever the arm is called', () => {
    const name = '../<img src=x onerror=alert(1)> ρ = 0.05';
    const ids = idsOf((suite) => {
      (suite.arms[1] as Record<string, unknown>).name = name;
      suite.compare.candidate = name;
    });
    expect(readable(ids[2] ?? '')).toBe('img-src-x-onerror-alert-1-0.05-rho0.05-e10-s1');
  });

  it('is never given twice', () => {
    const ids = idsOf((suite) => {
      suite.seeds = 100;
    });
    expect(new Set(ids).size).toBe(300);
  });
});

/** Cutting a suite to a time. */
import { describe, expect, it } from 'vitest';
import { SambenchError } from '../../src/errors.js';
import { fitSuite } from '../../src/suite/fit.js';
import { type LoadedSuite, loadSuite } from '../../src/suite/load.js';
import { changed } from './example.js';

const cifar10 = loadSuite(new URL('../../suites/cifar10.json', import.meta.url).pathname);

/** Half a second a gradient and ten seconds a cell, one cell after the other. */
function cutTo(loaded: LoadedSuite, hours: number, shrink: string[] = []) {
  return fitSuite(loaded, {
    seconds: hours * 3600,
    time: `${hours}h`,
    name: 'smaller',
    shrink,
    cost: (_, { cells }) => cells.reduce((sum, { budget }) => sum + budget.gradientEvaluations * 0.5 + 10, 0),
  });
}

const armsOf = ({ written }: { written: LoadedSuite['written'] }) => written.arms;

describe('a suite that is cut to a time', () => {
  it('is left alone where it fits', () => {
    const { written, cuts } = cutTo(cifar10, 100_000);
    expect(cuts).toEqual([]);
    expect(written).toMatchObject({
      title: cifar10.suite.title,
      seeds: 10,
      epochs: 100,
      data: cifar10.written.data,
    });
  });

  it('loses seeds first', () => {
    // 5.3 seeds’ worth of 80 % of the whole: 8 of 10 seeds.
    const all = cutTo(cifar10, 100_000).seconds / 3600;
    const { written, cuts } = cutTo(cifar10, all * 0.85);
    expect(cuts).toEqual(['Seeds: 8 instead of 10.']);
    expect(written.data.train).toBe(45_000);
  });

  it.each([400, 100, 30, 10, 3, 1])(
    'keeps 6 seeds, all arms and the grid within %i hours, and uses the time',
    (hours) => {
      const { seconds, suite, written } = cutTo(cifar10, hours);
      expect(suite.seeds).toHaveLength(6);
      expect(seconds / 3600).toBeLessThanOrEqual(hours);
      expect(seconds / 3600).toBeGreaterThan(hours * 0.8);
      expect(armsOf({ written })).toEqual(cifar10.written.arms);
      expect(suite.data.train % 128).toBe(0);
    },
  );

  it('keeps the seeds that several tasks need, since their tests are corrected together', () => {
    const loaded = changed((suite) => {
      suite.seeds = 10;
      suite.epochs = 100;
      suite.data.labelNoise = [0, 0.2, 0.4, 0.6];
    });
    // 2 / 2^8 × 4 = 0.031, but 2 / 2^7 × 4 = 0.0625.
    expect(cutTo(loaded, 4).suite.seeds).toHaveLength(8);
  });

  it('loses images before epochs, down to 2,000 at first', () => {
    const long = cutTo(cifar10, 30).suite;
    expect(long.data.train).toBeGreaterThan(2048);
    expect(long.epochs).toEqual([100]);
    const short = cutTo(cifar10, 10).suite;
    expect(short.data.train).toBeLessThan(3 * 1024);
    expect(short.data).toMatchObject({ validation: 500, test: 1000 });
    expect(short.epochs[0]).toBeLessThan(100);
    expect(short.epochs[0]).toBeGreaterThanOrEqual(10);
  });

  it('shrinks axes only where the user lists them, to the first, the middle and the last value', () => {
    const { written, cuts } = cutTo(cifar10, 30, ['rho']);
    expect(armsOf({ written })[1]?.optimizer.rho).toEqual([0.01, 0.05, 0.2]);
    expect(cuts[0]).toBe('Values of rho of sam: 3 instead of 5.');
  });

  it('keeps as many trials for every arm where the suite promises them, or says what to shrink together', () => {
    const mini = loadSuite(new URL('../../suites/cifar10-mini.json', import.meta.url).pathname);
    expect(() => cutTo(mini, 1, ['rho'])).toThrow(
      '--shrink: leaves the arms of cifar10-mini unequal: it gives arm "sam" 3 trials, but arm "adam" 4',
    );
    expect(() => cutTo(mini, 1, ['rho'])).toThrow('Shrink rho,learningRate together');
    const { suite } = cutTo(mini, 1, ['rho', 'learningRate']);
    expect(
      suite.arms.flatMap(({ optimizer }) => optimizer.axes.map(({ values }) => values.length)),
    ).toContain(3);
  });

  it('says in title and provenance what was cut', () => {
    const { written, cuts } = cutTo(cifar10, 10);
    expect(written.title).toMatch(/^SAM and Adam .* \(cut to 10h: \d+ images, N = \d+, 6 seeds\)$/);
    expect(written.provenance).toEqual({ suite: 'cifar10', sha256: cifar10.sha256, cuts });
    expect(cuts).toContain(`Training images: ${written.data.train} instead of 45000.`);
  });

  it('says in its description that the sizes and times there are those of the larger suite', () => {
    const { written } = cutTo(cifar10, 10);
    expect(written.description).toMatch(
      /^Cut from the suite cifar10; sizes and times in the following are those of cifar10\. Does SAM /,
    );
    expect(cutTo(cifar10, 10_000).written.description).toBe(cifar10.suite.description);
  });

  it('never gets more seeds than it had', () => {
    const three = changed((suite) => {
      suite.epochs = 1000;
    });
    expect(cutTo(three, 1).suite.seeds).toEqual([1, 2, 3]);
  });

  it('keeps epochs whole, those that are given as numbers too', () => {
    const loaded = changed((suite) => {
      suite.epochs = 90;
      (suite.arms[0] as Record<string, unknown>).epochs = ['N/3', 60, '2N'];
    });
    const { suite } = cutTo(loaded, 0.3);
    const n = suite.epochs[0] ?? 0;
    expect(n).toBeLessThan(90);
    expect(suite.arms[0]?.epochs).toEqual([n / 3, (2 * n) / 3, 2 * n]);
  });

  it('averages the weights of the same part of a cell', () => {
    const loaded = changed((suite) => {
      suite.epochs = 90;
      suite.select = 'last';
      (suite.arms[0] as Record<string, unknown>).average = { name: 'swa', fromEpoch: 60 };
    });
    const { suite } = cutTo(loaded, 0.3);
    const n = suite.epochs[0] ?? 0;
    expect(n).toBeLessThan(90);
    expect(suite.arms[0]?.average).toEqual({ name: 'swa', fromEpoch: Math.round((60 * n) / 90) });
  });

  it('lets callbacks wait for the same part of a cell, and for an epoch at least', () => {
    const loaded = changed((suite) => {
      suite.epochs = 90;
      suite.compute = { equal: 'cap' };
      suite.stop = { earlyStopping: {}, plateau: { patience: 45, factor: 0.5 } };
    });
    const { suite } = cutTo(loaded, 0.3);
    const n = suite.epochs[0] ?? 0;
    expect(n).toBeLessThan(90);
    expect(suite.stop?.earlyStopping?.patience).toBe(Math.max(1, Math.round((10 * n) / 90)));
    expect(suite.stop?.plateau).toMatchObject({ patience: Math.round((45 * n) / 90), factor: 0.5 });
  });

  it('drops skip rules that no longer apply, and keeps those that do', () => {
    const loaded = changed((suite) => {
      suite.seeds = 10;
      suite.epochs = 100;
      suite.skip = [
        { when: { seed: 9, arm: 'sam' }, reason: 'slow' },
        { when: { epochs: 100, arm: 'adam' }, reason: 'not needed' },
      ];
    });
    const { suite, cuts } = cutTo(loaded, 2);
    expect(suite.skip).toEqual([{ when: { arm: ['adam'], epochs: suite.epochs }, reason: 'not needed' }]);
    expect(cuts).toContain('Skip rules: 1 instead of 2.');
  });

  it('is refused where the smallest version takes longer', () => {
    expect(() => cutTo(cifar10, 0.1)).toThrow(SambenchError);
    expect(() => cutTo(cifar10, 0.1)).toThrow(/the smallest version of cifar10 takes about \d+ minutes/);
    expect(() => cutTo(cifar10, 0.1)).toThrow('let axes shrink with --shrink rho,');
    expect(() => cutTo(cifar10, 0.02, ['rho'])).toThrow('Give more time, or remove arms');
  });
});

/** The plan of a suite, with a calibration that is made up. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PlanData, type PlanFlags, plan } from '../../src/commands/plan.js';
import { parseDuration } from '../../src/commands/plan-fit.js';
import { flops } from '../../src/commands/plan-text.js';
import { openStore } from '../../src/results/store.js';
import { expandSuite } from '../../src/suite/expand.js';
import { loadSuite } from '../../src/suite/load.js';
import type { Calibrate } from '../../src/suite/speed.js';
import { exampleResult } from '../results/example.js';
import { example, fileOf } from '../suite/example.js';

const calibrate: Calibrate = async (cells) => ({
  secondsPerStep: Object.fromEntries(cells.map(({ id, arm }) => [id, arm === 'sam' ? 0.1 : 0.05])),
  peakRssBytes: 1e9,
  secondsPerCell: 5,
});

function setting(flags: Partial<PlanFlags> = {}): { file: string; flags: PlanFlags; folder: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'sambench-plan-'));
  const file = fileOf(JSON.stringify(example()), 'example.json');
  return { file, folder, flags: { results: path.join(folder, 'results'), jobs: 2, ...flags } };
}

async function planned(flags: Partial<PlanFlags> = {}) {
  const made = setting(flags);
  const result = await plan(made.file, made.flags);
  return { ...result, data: result.data as PlanData, ...made };
}

describe('the plan of a suite', () => {
  it('lists cells and budgets by arm', async () => {
    const { data, exitCode } = await planned();
    expect(exitCode).toBe(0);
    expect(data.cells).toHaveLength(9);
    expect(data.cells[0]).toMatchObject({
      arm: 'adam',
      seed: 1,
      status: 'missing',
      epochs: 10,
      steps: 620,
      seconds: null,
    });
    expect(data.arms).toMatchObject([
      { arm: 'adam', cells: 6, finished: 0, epochs: [10, 20], steps: 1240, gradientEvaluations: 1240 },
      { arm: 'sam', cells: 3, finished: 0, epochs: [10], steps: 620, gradientEvaluations: 1240 },
    ]);
    expect(data.arms[0]?.flops).toBe(data.arms[1]?.flops);
  });

  it('says where one arm tries more settings than the other, of the whole grid whatever part is planned', async () => {
    const suite = example();
    Object.assign(suite.arms[1] ?? {}, {
      optimizer: { name: 'sam', rho: [0.05, 0.1], base: { name: 'adam', learningRate: 0.001 } },
    });
    const file = fileOf(JSON.stringify(suite), 'example.json');
    const { text, data } = await plan(file, { ...setting().flags, only: 'sam*' });
    const said =
      'The trials are unequal: sam chooses from 2 settings and adam from 1, budgets apart, which favours sam.';
    expect((data as PlanData).trials).toEqual([said]);
    expect(text).toContain(said);
    expect((await planned()).data.trials).toEqual([]);
  });

  it('runs and writes nothing', async () => {
    const { folder } = await planned({ calibrate });
    expect(existsSync(path.join(folder, 'results'))).toBe(false);
  });

  it('does not know the time without a calibration or finished cells', async () => {
    const { data, text } = await planned();
    expect(data.estimate).toBeNull();
    expect(text).toContain('unknown, run without --no-calibrate');
  });

  it('takes the time from a calibration', async () => {
    const { data, text } = await planned({ calibrate, jobs: 1 });
    // Three seeds of 620 + 1240 steps of Adam and 620 of SAM, their evaluations, nine starts; the timing phase, for which
    // both arms start once more; the report.
    const evaluation = (epochs: number) => ((epochs * 500 + 1000) * 0.05) / 64 / 3;
    const training = 3 * (620 * 0.05 + 1240 * 0.05 + 620 * 0.1 + 2 * evaluation(10) + evaluation(20) + 15);
    const timing = (5 * 10 + 3) * 0.15 + 2 * 5;
    const report = 5;
    expect(data.estimate?.seconds).toBeCloseTo(training + timing + report, 6);
    expect(data.estimate?.stepMilliseconds).toEqual({ adam: 50, sam: 100 });
    expect(text).toMatch(/Time: about 9 min \d+ s with one cell at a time; memory: about 1\.0 GB/);
  });

  it('calibrates one cell of each kind of step', async () => {
    const seen: string[] = [];
    await planned({
      calibrate: async (cells, jobs) => {
        seen.push(...cells.map(({ arm }) => arm), String(jobs));
        return calibrate(cells, jobs);
      },
    });
    expect(seen).toEqual(['adam', 'sam', '2']);
  });

  it('knows what is finished and what failed, and takes the time from there', async () => {
    const { file, flags } = setting();
    const { cells } = expandSuite(loadSuite(file));
    const store = openStore(flags.results, 'example');
    const [first, second] = cells;
    if (first === undefined || second === undefined) throw new Error('no cells');
    await store.write(exampleResult(first));
    await store.write(
      exampleResult(second, { status: 'failed', error: { code: 'cell-failed', message: 'x' }, final: null }),
    );
    const { data, text } = await plan(file, flags);
    expect((data as PlanData).cells.map(({ status }) => status).slice(0, 3)).toEqual([
      'finished',
      'failed',
      'missing',
    ]);
    expect(data).toMatchObject({ finished: 1, toRun: 7, estimate: { source: 'results' } });
    expect(text).toContain('9 cells, 1 finished, 7 to run');
    expect(text).toMatch(/adam-e10-s\*-[0-9a-f]{8} +1 of 3/);
  });

  it('is about the cells that the flags pick', async () => {
    const { data } = await planned({ only: 'sam-*', seeds: '2' });
    expect(data.cells.map(({ arm, seed }) => [arm, seed])).toEqual([['sam', 2]]);
  });

  it('is about other cells with another number of threads', async () => {
    const [one, two] = [await planned(), await planned({ threads: 2 })];
    expect(two.data.cells[0]?.id).not.toBe(one.data.cells[0]?.id);
  });

  it('shows titles and arm names on one line, whatever they hold', async () => {
    const suite = { ...example(), title: 'a\nb\u001b[31mred' };
    const file = fileOf(JSON.stringify(suite), 'example.json');
    const { text } = await plan(file, setting().flags);
    expect(text.split('\n')[0]).toBe('example: a b [31mred');
  });

  it.each(['write', 'shrink'] as const)('refuses --%s without --fit', async (name) => {
    await expect(planned({ [name]: 'x' })).rejects.toThrow(`--${name}: needs --fit`);
  });
});

describe('a plan with --fit', () => {
  it('writes a suite that loads, and that the same command may replace', async () => {
    const { file, folder, flags } = setting({ calibrate, jobs: 1, fit: '5m' });
    const write = path.join(folder, 'example-5m.json');
    for (let time = 0; time < 2; time++) {
      const { text, data } = await plan(file, { ...flags, write });
      expect(text).toContain(`Written to ${write}`);
      expect((data as { seconds: number }).seconds).toBeLessThanOrEqual(300);
    }
    const { suite } = loadSuite(write);
    expect(suite.name).toBe('example-5m');
    expect(suite.seeds).toEqual([1, 2, 3]);
    expect(suite.provenance?.suite).toBe('example');
  });

  it('lets the new file refer to the schema of the old one', async () => {
    const { folder, flags } = setting({ calibrate, fit: '5m' });
    const file = path.join(folder, 'example.json');
    writeFileSync(file, JSON.stringify({ $schema: './suite.schema.json', ...example() }));
    const write = path.join(folder, 'example-5m.json');
    await plan(file, { ...flags, write });
    expect(JSON.parse(readFileSync(write, 'utf8')).$schema).toBe('./suite.schema.json');
  });

  it('only tells what it would write without --write', async () => {
    const { text } = await planned({ calibrate, fit: '5m' });
    expect(text).toContain('Nothing was written; add --write FILE.');
  });

  it('refuses to replace a suite that it did not write', async () => {
    const { file, flags } = setting({ calibrate, fit: '5m' });
    const before = readFileSync(file, 'utf8');
    await expect(plan(file, { ...flags, write: file })).rejects.toThrow(
      /--write: is a file that --fit did not write/,
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it.each<[string, Partial<PlanFlags>, RegExp]>([
    ['a time without a unit', { fit: '45' }, /--fit: is no time \(got "45"\)/],
    ['an unknown speed', { fit: '45m', calibrate: undefined as never }, /Run it without --no-calibrate/],
    [
      'a file that is no suite name',
      { fit: '45m', write: 'My Suite.json' },
      /--write: is no name for a suite/,
    ],
    ['an axis that is not there', { fit: '45m', shrink: 'epoch' }, /--shrink: .*Did you mean "epochs"\?/],
    ['an axis with one value', { fit: '45m', shrink: 'rho' }, /is no axis with several values/],
  ])('refuses %s', async (_what, flags, message) => {
    await expect(planned({ calibrate, ...flags })).rejects.toThrow(message);
  });
});

describe('a time', () => {
  it.each([
    ['45m', 2700],
    ['2h', 7200],
    ['1h30m', 5400],
    ['90s', 90],
    ['1.5h', 5400],
    [' 10 m'.replace(' m', 'm'), 600],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '0m', 'soon', '-5m', '5d'])('is not %j', (text) => {
    expect(() => parseDuration(text)).toThrow('--fit: is no time');
  });
});

describe('operations', () => {
  it.each([
    [0, '0 FLOP'],
    [999, '999 FLOP'],
    [3.91e15, '3.91 PFLOP'],
    [1.5e12, '1.5 TFLOP'],
  ])('%d are written %s', (value, text) => {
    expect(flops(value)).toBe(text);
  });
});

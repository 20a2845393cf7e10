/** A suite of equal wall time through the commands, its cells trained by a child process that only pretends. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BenchFlags, bench } from '../../src/commands/bench.js';
import { gate } from '../../src/commands/gate.js';
import { type PlanData, plan } from '../../src/commands/plan.js';
import { reportCommand } from '../../src/commands/report.js';
import { verify } from '../../src/commands/verify.js';
import { measuredSuite, type TimeKinds } from '../../src/commands/wall-time.js';
import type { WallTimeResult } from '../../src/results/result.js';
import { openStore } from '../../src/results/store.js';
import { loadSuite } from '../../src/suite/load.js';
import { exampleResult } from '../results/example.js';
import { fakeChild, surroundingsWith } from './surroundings.js';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let root: string;
let file: string;
let started: number;
let written: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-wall-time-'));
  file = path.join(root, 'tiny.json');
  started = 0;
  written = '';
  await suite();
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function suite(changes: Record<string, unknown> = {}): Promise<void> {
  const base = { name: 'adam', learningRate: 0.001 };
  await writeFile(
    file,
    JSON.stringify({
      name: 'tiny',
      version: 1,
      data: { name: 'synthetic', train: 64, validation: 32, test: 32 },
      model: { name: 'mlp' },
      batch: 16,
      epochs: 4,
      arms: [
        { name: 'adam', optimizer: base },
        { name: 'sam', optimizer: { name: 'sam', rho: 0.05, base } },
      ],
      seeds: 2,
      compute: { equal: 'wallTime' },
      compare: { baseline: 'adam', candidate: 'sam' },
      ...changes,
    }),
  );
}

const surroundings = surroundingsWith({
  progress: Object.assign(new PassThrough(), {
    write: (text: string) => {
      written += text;
      return true;
    },
  }) as unknown as NodeJS.WriteStream,
  args: ['bench', 'tiny.json'],
  launch: (listener) => {
    started++;
    return fakeChild(listener);
  },
});

const folders = () => ({ results: path.join(root, 'results'), reports: path.join(root, 'reports') });
const run = (flags: Partial<BenchFlags> = {}) =>
  bench(file, { ...folders(), jobs: 2, checkpointEvery: 0, ...flags }, surroundings);
const measurement = () => path.join(root, 'results', 'tiny', 'wall-time.json');

/** Measures with these medians and stores that, as the first command would. */
async function measure(milliseconds: Readonly<Record<string, number>> = { adam: 10, sam: 25 }) {
  const time: TimeKinds = async (cells) => ({
    schema: 1,
    suite: 'tiny',
    rounds: 5,
    steps: 10,
    warmup: 3,
    batch: 16,
    arms: cells.map(({ id, arm }) => ({
      arm,
      cell: id,
      samplesMilliseconds: [milliseconds[arm] ?? 0],
      medianMilliseconds: milliseconds[arm] ?? 0,
      meanMilliseconds: milliseconds[arm] ?? 0,
      sdMilliseconds: 0,
      imagesPerSecond: 1,
    })),
    environment: exampleResult().environment,
  });
  const known = loadSuite(file).suite;
  const store = openStore(folders().results, 'tiny');
  return measuredSuite({ suite: known, file, store, flags: {}, surroundings }, time);
}

async function planned(flags: object = {}) {
  const result = await plan(file, { results: folders().results, jobs: 1, ...flags });
  return { ...result, data: result.data as PlanData };
}

describe('bench at equal wall time', () => {
  it('times the steps before the cells, stores that, and says so', async () => {
    const { exitCode } = await run();
    expect(exitCode).toBe(0);
    expect(written.indexOf('to choose epochs of equal wall time')).toBeGreaterThanOrEqual(0);
    expect(written.indexOf('to choose epochs')).toBeLessThan(written.indexOf('Training 4 of 4 cells'));
    const stored = JSON.parse(await readFile(measurement(), 'utf8')) as WallTimeResult;
    expect(stored).toMatchObject({ schema: 1, suite: 'tiny', version: 1, rounds: 5, steps: 10, warmup: 3 });
    expect(stored.kinds.map(({ arm, medianMilliseconds }) => [arm, medianMilliseconds])).toEqual([
      ['adam', 2],
      ['sam', 2],
    ]);
  });

  it('never measures again: a killed run goes on with the same cells', async () => {
    await measure();
    const before = await stat(measurement());
    await run({ seeds: '1' });
    await run();
    expect(written).not.toContain('to choose epochs');
    expect((await stat(measurement())).mtimeMs).toBe(before.mtimeMs);
    const results = await openStore(folders().results, 'tiny').readAll();
    // 4 epochs of 25 ms a step fit 10 of 10 ms.
    expect(results.map(({ arm, settings }) => [arm, settings.epochs])).toEqual([
      ['adam', 10],
      ['adam', 10],
      ['sam', 4],
      ['sam', 4],
    ]);
    started = 0;
    expect((await run()).text).toContain('Nothing was left to train.');
    expect(started).toBe(0);
  });

  it('keeps the measurement with --fresh, since it is what names the cells', async () => {
    await measure();
    await run();
    const before = await readFile(measurement(), 'utf8');
    await run({ fresh: true });
    expect(await readFile(measurement(), 'utf8')).toBe(before);
  });

  it('keeps the epochs where seeds or values of rho are added', async () => {
    await measure();
    const first = (await planned()).data.cells.map(({ id }) => id);
    await suite({ seeds: 3 });
    expect((await planned()).data.cells.map(({ id }) => id)).toEqual(expect.arrayContaining(first));
  });

  it('measures again for a new version of the suite', async () => {
    await measure();
    await suite({ version: 2 });
    await run();
    expect(JSON.parse(await readFile(measurement(), 'utf8'))).toMatchObject({ version: 2 });
    expect(written).toContain('to choose epochs');
  });

  it('refuses an arm that was not timed with the others, in one line that says what to do', async () => {
    await measure();
    const base = { name: 'adam', learningRate: 0.001 };
    const arms = ['adam', 'sam', 'new'].map((name) => ({
      name,
      optimizer:
        name === 'sam'
          ? { name: 'sam', rho: 0.05, base }
          : name === 'new'
            ? { name: 'asam', rho: 1, base }
            : base,
    }));
    await suite({ arms });
    await expect(run()).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /^\S+wall-time\.json: has no step time for "new".*Raise the suite's version/,
      ),
    });
  });

  it.each([{ shard: '1/2' }, { cell: 'adam-e4-s1-00000000' }])(
    'refuses a part (%j) without a stored measurement, which the other parts would not share',
    async (flags) => {
      await expect(run(flags)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/^--(shard|cell): needs \S+wall-time\.json.*Run npm run plan/),
      });
      expect(started).toBe(0);
    },
  );

  it('runs shards with the stored measurement, which together are the whole grid', async () => {
    await measure();
    await run({ shard: '1/2' });
    await run({ shard: '2/2' });
    expect(written).not.toContain('to choose epochs');
    expect((await planned()).data).toMatchObject({ finished: 4, toRun: 0 });
  });

  it('refuses a damaged measurement instead of choosing anew', async () => {
    await measure();
    const text = await readFile(measurement(), 'utf8');
    await writeFile(measurement(), text.replace(/("medianMilliseconds": ?)25/, '$10'));
    await expect(run()).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('Restore the file'),
    });
  });
});

describe('the other commands at equal wall time', () => {
  it('plan shows the chosen epochs and what they were chosen from', async () => {
    await measure();
    const { data, text } = await planned();
    expect(data.arms.map(({ arm, epochs }) => [arm, epochs])).toEqual([
      ['adam', [10]],
      ['sam', [4]],
    ]);
    expect(data.epochChoices).toHaveLength(2);
    expect(text).toContain('adam 10 epochs in place of 4 (10 ms a step)');
    expect(text.match(/Equal wall time\..*/g)).toHaveLength(1);
  });

  it('plan measures and stores where nothing is stored, so that bench runs what was planned', async () => {
    const { data } = await planned({ timeSteps: () => measure() });
    await run();
    const results = await openStore(folders().results, 'tiny').readAll();
    expect(results.map(({ cell }) => cell).sort()).toEqual(data.cells.map(({ id }) => id).sort());
  });

  it('plan --no-calibrate says in one line what to do where nothing is stored', async () => {
    const failed = planned();
    await expect(failed).rejects.toMatchObject({ exitCode: 2 });
    await expect(failed).rejects.toThrow(
      /^--no-calibrate: leaves the epochs of tiny open.*Run plan without it, or bench[^\n]*$/,
    );
  });

  it('plan --fit counts the chosen epochs and cuts the declared ones', async () => {
    await suite({ timing: { rounds: 1, steps: 1, warmup: 0 } });
    await measure();
    const calibrate = async (cells: readonly { id: string; arm: string }[]) => ({
      secondsPerStep: Object.fromEntries(cells.map(({ id, arm }) => [id, arm === 'sam' ? 2.5 : 1])),
      peakRssBytes: 1e9,
      secondsPerCell: 0,
    });
    // The declared 4 epochs of 4 steps would take 112 s and fit; with the 10 that adam gets, all cells take over 160 s.
    const flags = { results: folders().results, jobs: 1, fit: '2m30s', calibrate };
    const { data } = await plan(file, flags);
    const { seconds, suite: small } = data as unknown as { seconds: number; suite: { epochs: number } };
    expect(small.epochs).toBeLessThan(4);
    expect(seconds).toBeLessThanOrEqual(150);
  });

  it('report, gate and verify end with 3 and name bench where nothing is stored', async () => {
    const expected = { exitCode: 3, message: expect.stringContaining(`Run npm run bench ${file} first`) };
    await expect(reportCommand(file, folders())).rejects.toMatchObject(expected);
    const gateFlags = { baseline: root, results: folders().results, inconclusive: 'pass' } as const;
    const process = { env: {}, now: new Date(0), progress: surroundings.progress };
    await expect(gate(file, gateFlags, process)).rejects.toMatchObject(expected);
    const verifyFlags = { results: folders().results, jobs: 1, cells: 1 } as const;
    await expect(verify(file, verifyFlags, surroundings)).rejects.toMatchObject(expected);
  });

  it('report finds the cells of the chosen epochs and says how they were chosen', async () => {
    await measure();
    await run();
    const { exitCode } = await reportCommand(file, folders());
    expect(exitCode).toBe(0);
    for (const ending of ['md', 'html', 'json']) {
      const text = await readFile(path.join(root, 'reports', `tiny.${ending}`), 'utf8');
      expect(text).toContain('adam 10 epochs in place of 4 (10 ms a step)');
    }
  });
});

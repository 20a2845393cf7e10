import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BenchFlags, bench } from '../../src/commands/bench.js';
import { reportCommand } from '../../src/commands/report.js';
import { readHistory } from '../../src/results/history.js';
import { fakeChild, surroundingsWith } from './surroundings.js';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let root: string;
let file: string;
let started: number;
let provided: string[];
let soon: AbortController;
let written: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-bench-'));
  file = path.join(root, 'tiny.json');
  started = 0;
  provided = [];
  written = '';
  soon = new AbortController();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

/** Writes a suite of two arms and two seeds; the names of the arms say how the fake child behaves. */
async function suite(
  baseline: string,
  candidate: string,
  changes: Record<string, unknown> = {},
): Promise<void> {
  const optimizer = { name: 'adam', learningRate: 0.001 };
  await writeFile(
    file,
    JSON.stringify({
      name: 'tiny',
      version: 1,
      title: 'A tiny suite',
      data: { name: 'synthetic', train: 64, validation: 32, test: 32 },
      model: { name: 'mlp' },
      batch: 16,
      epochs: 2,
      arms: [
        { name: baseline, optimizer },
        { name: candidate, optimizer: { ...optimizer, learningRate: 0.002 } },
      ],
      seeds: 2,
      compare: { baseline, candidate },
      ...changes,
    }),
  );
}

function run(flags: Partial<BenchFlags> = {}) {
  const progress = new PassThrough();
  progress.on('data', (chunk) => {
    written += chunk;
  });
  const surroundings = surroundingsWith({
    progress: progress as unknown as NodeJS.WriteStream,
    args: ['bench', file],
    listenForStop: () => ({ soon: soon.signal, now: new AbortController().signal, dispose() {} }),
    launch: (listener) => {
      started++;
      return fakeChild(listener);
    },
    provide: async (dataSet) => {
      if (dataSet) provided.push(dataSet);
    },
  });
  const folders = { results: path.join(root, 'results'), reports: path.join(root, 'reports') };
  return bench(file, { ...folders, jobs: 2, checkpointEvery: 0, ...flags }, surroundings);
}

const resultsFolder = () => path.join(root, 'results', 'tiny');

describe('bench', () => {
  it('trains every cell, times the arms, writes the report and ends with 0', async () => {
    await suite('works', 'slow');
    const { exitCode, text } = await run();
    expect(exitCode).toBe(0);
    expect(provided).toEqual(['synthetic']);
    // Four cells and the timing.
    expect(started).toBe(5);
    expect(text).toContain('Trained 4 cells.');
    expect(text).toContain(`Report: ${path.join(root, 'reports', 'tiny.html')}`);
    expect(text).toMatch(/works +2 +50\.00 ± 0\.00/);
    expect((await readdir(resultsFolder())).filter((name) => name.endsWith('.json'))).toHaveLength(5);
  });

  it('with --jobs auto says how many cells run at a time and why, and measures nothing for cells as small', async () => {
    vi.stubEnv('SAMBENCH_CACHE', path.join(root, 'cache'));
    await suite('works', 'slow');
    await run({ jobs: 'auto' });
    expect(written).toMatch(/^\d cells? at a time: .+$/m);
    expect(written).not.toContain('Measuring');
    // Four cells and the timing.
    expect(started).toBe(5);
    started = 0;
    written = '';
    await run({ jobs: 'auto', fresh: true, quiet: true });
    expect([started, written]).toEqual([5, '']);
  });

  it('touches neither engine nor data the second time, and starts nothing', async () => {
    await suite('works', 'slow');
    await run();
    started = 0;
    provided = [];
    const { exitCode, text } = await run();
    expect([exitCode, started, provided]).toEqual([0, 0, []]);
    expect(text).toContain('Nothing was left to train.');
  });

  it('leaves a report alone that shows the present results, and writes one anew that was changed or lost', async () => {
    await suite('works', 'slow');
    const { text } = await run();
    const files = path.join(root, 'reports');
    const ageOf = async (name: string) => (await stat(path.join(files, name))).mtimeMs;
    const age = await ageOf('tiny.html');
    // The same table, verdict and number of files, though nothing was written.
    expect((await run()).text).toBe(text.replace('Trained 4 cells.', 'Nothing was left to train.'));
    expect(await ageOf('tiny.html')).toBe(age);

    await rm(path.join(files, 'tiny.tex'));
    await run();
    expect(await ageOf('tiny.html')).toBeGreaterThan(age);
    await writeFile(path.join(files, 'tiny.json'), '{}');
    await run();
    expect(await readFile(path.join(files, 'tiny.json'), 'utf8')).toContain('"counts"');
  });

  it('adds a line for each arm to the history, and none where nothing was done or a part of the grid ran', async () => {
    await suite('works', 'slow');
    await run({ seeds: '1' });
    const history = () => readHistory(path.join(root, 'results'));
    expect(await history()).toEqual([]);
    await run();
    await run();
    expect((await history()).map(({ arm, n }) => [arm, n])).toEqual([
      ['works', 2],
      ['slow', 2],
    ]);
  });

  it('ends with 3 where a cell failed, reports it, and leaves it alone the next time', async () => {
    await suite('works', 'crashes');
    const first = await run();
    expect(first.exitCode).toBe(3);
    expect(first.text).toContain('2 failed');
    expect(first.text).toContain('--retry-failed');
    started = 0;
    expect((await run()).exitCode).toBe(3);
    expect(started).toBe(0);
  });

  it('fails cells that did not begin as those of their seed whose results an earlier run left', async () => {
    await suite('begins-2', 'begins-3');
    expect((await run({ only: 'begins-2-*' })).exitCode).toBe(0);
    // The cell that is run now is selected alone; what it is compared with is not.
    const { exitCode, data } = await run({ only: 'begins-3-*' });
    expect(exitCode).toBe(3);
    expect(data).toMatchObject({
      unfinished: [1, 2].map((seed) => ({
        cell: expect.stringMatching(new RegExp(`^begins-3-.*-s${seed}-`)),
        status: 'failed',
      })),
    });
    const [failed = ''] = (await readdir(resultsFolder())).filter((name) => name.startsWith('begins-3'));
    const { error } = JSON.parse(await readFile(path.join(resultsFolder(), failed), 'utf8'));
    expect(error.code).toBe('invariant-violated');
    expect(error.message).toMatch(/first batch of begins-3-\S+ \(3\) should be that of begins-2-\S+ \(2\)/);
  });

  it('runs failed cells again with --retry-failed, and only those', async () => {
    await suite('works', 'crashes');
    await run();
    started = 0;
    await run({ retryFailed: true });
    expect(started).toBe(2);
  });

  it('runs everything again with --fresh', async () => {
    await suite('works', 'slow');
    await run();
    started = 0;
    expect((await run({ fresh: true })).exitCode).toBe(0);
    expect(started).toBe(5);
  });

  it('runs the selected seeds only, and is done when those are', async () => {
    await suite('works', 'slow');
    const { exitCode, text } = await run({ seeds: '1' });
    expect(exitCode).toBe(0);
    expect(text).toContain('2 missing');
  });

  it('leaves the timing to others when it runs a part of the grid', async () => {
    await suite('works', 'slow');
    await run({ shard: '1/2' });
    expect(await readdir(resultsFolder())).not.toContain('timing.json');
    await run({ shard: '2/2' });
    await run();
    expect(await readdir(resultsFolder())).toContain('timing.json');
  });

  it('ends with 130 and says how to go on when interrupted', async () => {
    await suite('works', 'slow');
    soon.abort();
    await expect(run()).rejects.toMatchObject({
      exitCode: 130,
      message: expect.stringContaining('Run the same command again'),
    });
  });

  it('goes on after an interruption where it stopped', async () => {
    await suite('works', 'hangs');
    vi.stubEnv('FAKE_CHILD_LOG', path.join(root, 'log'));
    const pending = run({ jobs: 1 });
    const waiting = setInterval(async () => {
      const log = await readFile(path.join(root, 'log'), 'utf8').catch(() => '');
      if (/start hangs/.test(log)) soon.abort();
    }, 50);
    await expect(pending).rejects.toMatchObject({ exitCode: 130 });
    clearInterval(waiting);
    soon = new AbortController();
    started = 0;
    await run({ only: 'works-*' });
    const statuses = (await readdir(resultsFolder())).filter((name) => name.startsWith('works-'));
    expect(statuses).toHaveLength(2);
  });

  it('refuses a results folder that another run is using', async () => {
    await suite('works', 'slow');
    const first = run();
    await vi.waitFor(() => expect(started).toBeGreaterThan(0), 5000);
    await expect(run()).rejects.toMatchObject({ code: 'lock-held', exitCode: 4 });
    expect((await first).exitCode).toBe(0);
  });

  it('refuses a foreign file in the place of a result, naming it', async () => {
    await suite('works', 'slow');
    await run();
    const name = (await readdir(resultsFolder())).find((each) => each.startsWith('slow-')) ?? '';
    await writeFile(path.join(resultsFolder(), name), '{"hello": 1}');
    await expect(run()).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(name) });
  });

  it('announces a run beyond 12 hours before it begins, and goes on', async () => {
    // The fake child reports 2 ms a step: 4 cells of 64 million steps would take 71 hours in two processes.
    await suite('works', 'says-nonsense', { epochs: 1_000_000, batch: 1 });
    await run();
    const notice = written.indexOf(
      `npm run plan ${file} -- --fit 8h --write ${path.join(root, 'tiny-8h.json')}`,
    );
    expect(notice).toBeGreaterThan(0);
    expect(written.indexOf('Training 4 of 4 cells')).toBeGreaterThan(notice);
    written = '';
    await suite('works', 'slow');
    await run();
    expect(written).not.toContain('--fit');
  });

  it('tells progress on its own stream, or nothing when quiet', async () => {
    await suite('works', 'slow');
    await run();
    expect(written).toContain('Training 4 of 4 cells, 2 at a time');
    expect(written).toContain('[4/4]');
    written = '';
    await run({ fresh: true, quiet: true });
    expect(written).toBe('');
  });
});

describe('report', () => {
  it('shows the same table as bench, and ends with 3 while cells are missing', async () => {
    await suite('works', 'slow');
    const folders = { results: path.join(root, 'results'), reports: path.join(root, 'reports') };
    expect((await reportCommand(file, folders)).exitCode).toBe(3);
    const benched = await run();
    const reported = await reportCommand(file, folders);
    expect(reported.exitCode).toBe(0);
    expect(benched.text).toContain(reported.text.split('\n').slice(0, 6).join('\n'));
  });
});

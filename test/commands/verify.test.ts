import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compare, type VerifyFlags, verify } from '../../src/commands/verify.js';
import type { CellResult } from '../../src/results/result.js';
import { expandSuite } from '../../src/suite/expand.js';
import { loadSuite } from '../../src/suite/load.js';
import { exampleCell, exampleResult } from '../results/example.js';
import { fakeChild, surroundingsWith } from './surroundings.js';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let root: string;
let file: string;
let started: number;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-verify-test-'));
  file = path.join(root, 'tiny.json');
  started = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A suite of one real arm, which the fake child trains as its name says, and three seeds. */
async function suite(arm: string): Promise<void> {
  const optimizer = { name: 'adam', learningRate: 0.001 };
  await writeFile(
    file,
    JSON.stringify({
      name: 'tiny',
      version: 1,
      data: { name: 'synthetic', train: 64, validation: 32, test: 32 },
      model: { name: 'mlp' },
      batch: 16,
      epochs: 2,
      arms: [
        { name: arm, optimizer },
        { name: 'other', optimizer },
      ],
      seeds: 3,
      compare: { baseline: 'other', candidate: arm },
    }),
  );
}

function run(flags: Partial<VerifyFlags> = {}) {
  const surroundings = surroundingsWith({
    args: ['verify', file],
    launch: (listener) => {
      started++;
      return fakeChild(listener);
    },
  });
  return verify(file, { results: path.join(root, 'results'), jobs: 1, cells: 1, ...flags }, surroundings);
}

/** Trains all cells with the fake child and keeps the results, changed. */
async function bench(change: (result: CellResult) => CellResult = (result) => result): Promise<void> {
  const { bench: command } = await import('../../src/commands/bench.js');
  const folders = { results: path.join(root, 'results'), reports: path.join(root, 'reports') };
  await command(file, { ...folders, jobs: 2, checkpointEvery: 0, quiet: true }, surroundingsWith());
  const { cells } = expandSuite({ suite: loadSuite(file).suite });
  for (const { id } of cells) {
    const place = path.join(root, 'results', 'tiny', `${id}.json`);
    await writeFile(place, JSON.stringify(change(JSON.parse(await readFile(place, 'utf8')))));
  }
}

describe('verify', () => {
  it('trains one finished cell again, always the same one, and ends with 0 when the bits are equal', async () => {
    await suite('works');
    await bench();
    const first = await run();
    expect([first.exitCode, started]).toEqual([0, 1]);
    expect(first.text).toContain('1 of 1 cells reproduced bit for bit.');
    expect((await run()).text).toBe(first.text);
  });

  it('trains as many cells as asked, and leaves the results alone', async () => {
    await suite('works');
    await bench();
    const folder = path.join(root, 'results', 'tiny');
    const before = await readdir(folder);
    expect((await run({ cells: 4 })).text).toContain('4 of 4 cells reproduced');
    expect([started, await readdir(folder)]).toEqual([4, before]);
  });

  it('ends with 1 where the weights are other ones', async () => {
    await suite('works');
    await bench((result) => ({ ...result, final: result.final && { ...result.final, weightsSha256: 'cd' } }));
    const { exitCode, text } = await run({ cells: 6 });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/differs +the weights differ, no epoch does/);
  });

  it('ends with 3 where other bits come from another machine', async () => {
    await suite('works');
    await bench((result) => ({
      ...result,
      final: result.final && { ...result.final, weightsSha256: 'cd' },
      environment: { ...result.environment, fingerprint: 'elsewhere' },
    }));
    const { exitCode, text } = await run();
    expect([exitCode, text]).toEqual([3, expect.stringContaining('made on machine elsewhere, this is test')]);
  });

  it('ends with 3 where the cell fails this time, and where there is no finished one', async () => {
    await suite('crashes');
    await expect(run()).rejects.toMatchObject({ exitCode: 3 });
    expect((await run({ self: true, only: 'crashes-*' })).exitCode).toBe(3);
  });

  it('trains a cell twice with --self, without any result', async () => {
    await suite('works');
    const { exitCode } = await run({ self: true });
    expect([exitCode, started]).toEqual([0, 2]);
  });
});

describe('the comparison of two results', () => {
  const cell = exampleCell();
  const result = exampleResult(cell);

  it('names the first epoch whose numbers differ, in the last digit too', () => {
    const history = result.history.map((row) =>
      row.epoch === 2 ? { ...row, trainLoss: row.trainLoss + 2e-16 } : row,
    );
    expect(compare(cell, result, { ...result, history })).toMatchObject({ status: 'differs', epoch: 2 });
  });

  it('does not compare times', () => {
    const history = result.history.map((row) => ({ ...row, trainSeconds: 9 }));
    expect(compare(cell, result, { ...result, history }).status).toBe('reproduced');
  });
});

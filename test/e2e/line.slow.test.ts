import { readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/results/result.js';
import { type Ended, sambench, startNpm } from './command.js';
import { numbersOf, type Workplace, workplace } from './suite.js';

let place: Workplace;
let first: Ended;
let results: CellResult[];

beforeAll(async () => {
  place = await workplace();
  first = await startNpm(['bench', place.file, '--', ...place.bench().slice(2)]).ended;
  results = await place.results();
});
afterAll(() => place.remove());

describe('the first bench of a suite', () => {
  it('ends with 0, prints the table on standard output and progress on standard error', () => {
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('[6/6]')]);
    expect(first.stdout).toMatch(/sam +2 +\d+\.\d+ ± \d+\.\d+ +1 +32/);
    expect(first.stdout).toContain(`Report: ${path.join(place.folder, 'reports', 'tiny.html')}`);
    expect(first.stdout).not.toContain('[6/6]');
  });

  it('leaves a finished result for every cell, with its budget as it was run', () => {
    expect(results.map(({ arm, seed, status }) => [arm, seed, status])).toEqual(
      ['adam', 'adam', 'sam'].flatMap((arm) => [1, 2].map((seed) => [arm, seed, 'finished'])),
    );
    for (const { arm, settings, budget, history } of results) {
      const steps = 16 * settings.epochs;
      expect(budget).toMatchObject({ steps, gradientEvaluations: arm === 'sam' ? 2 * steps : steps });
      expect(history).toHaveLength(settings.epochs);
    }
  });

  it('says what the cells were made with', () => {
    for (const { environment, provenance } of results) {
      expect(environment).toMatchObject({ tensorflow: '2.21.0', tfjs: '4.22.0', threads: 1, oneDnn: true });
      expect(provenance.command).toContain('sambench bench');
      expect(provenance.dataSha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('starts all arms of a seed from the same weights and the same batch, and seeds from others', () => {
    const starts = new Map<number, Set<string>>();
    for (const { seed, provenance } of results) {
      const own = starts.get(seed) ?? new Set();
      starts.set(seed, own.add(`${provenance.initSha256} ${provenance.firstBatchSha256}`));
    }
    expect([...starts.values()].map((own) => own.size)).toEqual([1, 1]);
    expect(new Set([...starts.values()].flatMap((own) => [...own])).size).toBe(2);
  });

  it('measures the steps of every arm and keeps every sample', async () => {
    const timing = JSON.parse(await readFile(place.resultFile('timing'), 'utf8'));
    expect(timing.arms.map(({ arm }: { arm: string }) => arm)).toEqual(['adam', 'sam']);
    for (const arm of timing.arms) expect(arm.samplesMilliseconds).toHaveLength(4);
  });

  it('writes a page that holds the table', async () => {
    const page = await readFile(path.join(place.folder, 'reports', 'tiny.html'), 'utf8');
    expect(page).toContain('<table');
    expect(page).toContain('sam');
  });

  it('leaves no checkpoint, lock or temporary file', async () => {
    const folder = path.dirname(place.resultFile('any'));
    const names = await readdir(folder, { recursive: true });
    expect(names.filter((name) => !name.endsWith('.json')).sort()).toEqual(['.checkpoints']);
  });
});

describe('the second bench of a suite', () => {
  it('trains nothing and changes no result', async () => {
    const ages = () =>
      Promise.all(results.map(async ({ cell }) => (await stat(place.resultFile(cell))).mtimeMs));
    const before = await ages();
    const { status, stdout } = await startNpm(['bench', place.file, '--', ...place.bench().slice(2)]).ended;
    expect([status, stdout]).toEqual([0, expect.stringContaining('Nothing was left to train.')]);
    expect(await ages()).toEqual(before);
  });
});

describe('the same cell', () => {
  it('has the same weights and history in another process, in another folder, alone or beside others', async () => {
    const original = results.find(({ arm, seed }) => arm === 'sam' && seed === 2);
    if (!original) throw new Error('the cell is missing');
    const elsewhere = await workplace();
    const ended = await sambench(elsewhere.bench('--cell', original.cell, '--quiet'), tmpdir());
    const [again] = await elsewhere.results();
    await elsewhere.remove();
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect(again && numbersOf(again)).toEqual(numbersOf(original));
  });
});

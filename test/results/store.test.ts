import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SambenchError } from '../../src/errors.js';
import type { WallTimeResult } from '../../src/results/result.js';
import { openStore, type ResultStore } from '../../src/results/store.js';
import { exampleCell, exampleResult } from './example.js';

let root: string;
let store: ResultStore;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-store-'));
  store = openStore(root, 'tiny');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const failure = {
  status: 'failed',
  final: null,
  error: { code: 'cell-failed', message: 'It died.' },
} as const;

async function plant(name: string, content: unknown): Promise<string> {
  const file = path.join(root, 'tiny', name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function errorOf(action: Promise<unknown>): Promise<SambenchError> {
  const error = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SambenchError)) throw new Error(`expected a SambenchError, got ${String(error)}`);
  return error;
}

describe('the store of results', () => {
  it('reads back exactly what was written', async () => {
    await store.write(exampleResult());
    expect(await store.read('adam-e2-s1-00000000')).toEqual(exampleResult());
  });

  it('has no results, and makes no folder, before the first is written', async () => {
    expect(await store.readAll()).toEqual([]);
    expect(await store.read('adam-e2-s1-00000000')).toBeNull();
    expect(await store.readTiming()).toBeNull();
    expect(await readdir(root)).toEqual([]);
  });

  it('lists results by cell id, whatever the order of writing', async () => {
    for (const id of ['b-1', 'a-2', 'a-1']) await store.write(exampleResult(exampleCell(id)));
    expect((await store.readAll()).map((result) => result.cell)).toEqual(['a-1', 'a-2', 'b-1']);
  });

  it('writes the same bytes for the same result, whatever the order of its keys', async () => {
    const file = path.join(store.folder, 'adam-e2-s1-00000000.json');
    await store.write(exampleResult());
    const first = await readFile(file, 'utf8');
    await store.forget('adam-e2-s1-00000000');
    const reversed = Object.fromEntries(Object.entries(exampleResult()).reverse());
    await store.write(reversed as unknown as ReturnType<typeof exampleResult>);
    expect(await readFile(file, 'utf8')).toBe(first);
  });

  it('writes one line for each epoch', async () => {
    await store.write(exampleResult());
    const text = await readFile(path.join(store.folder, 'adam-e2-s1-00000000.json'), 'utf8');
    expect(text.split('\n').filter((line) => line.includes('"epoch"'))).toHaveLength(2);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('refuses to overwrite a finished result', async () => {
    await store.write(exampleResult());
    const error = await errorOf(store.write(exampleResult(exampleCell(), { seed: 9 })));
    expect(error.code).toBe('result-invalid');
    expect(error.message).toContain('--fresh');
    expect((await store.read('adam-e2-s1-00000000'))?.seed).toBe(1);
  });

  it('replaces a failed result by a finished one', async () => {
    await store.write(exampleResult(exampleCell(), failure));
    await store.write(exampleResult());
    expect((await store.read('adam-e2-s1-00000000'))?.status).toBe('finished');
  });

  it('leaves no temporary file behind', async () => {
    await store.write(exampleResult());
    expect(await readdir(store.folder)).toEqual(['adam-e2-s1-00000000.json']);
  });

  it('forgets a cell together with its checkpoints, and no other cell', async () => {
    await store.write(exampleResult(exampleCell('a-1')));
    await store.write(exampleResult(exampleCell('a-10')));
    await plant('.checkpoints/a-1.json', '{}');
    await plant('.checkpoints/a-10.json', '{}');
    await store.forget('a-1');
    expect((await store.readAll()).map((result) => result.cell)).toEqual(['a-10']);
    expect(await readdir(store.checkpoints)).toEqual(['a-10.json']);
  });

  it('refuses to write a number that JSON cannot hold', async () => {
    const result = exampleResult();
    const row = result.history[0];
    if (row) row.trainLoss = Number.NaN;
    const error = await errorOf(store.write(result));
    expect(error.message).toContain('history[0].trainLoss');
    expect(await store.readAll()).toEqual([]);
  });

  it('keeps wall-time.json apart from the results, and refuses one whose step time fits any number of epochs', async () => {
    const { environment } = exampleResult();
    const measured = (medianMilliseconds: number): WallTimeResult => ({
      schema: 1,
      suite: 'tiny',
      version: 1,
      rounds: 1,
      steps: 1,
      warmup: 0,
      kinds: [
        {
          kind: 'ab',
          arm: 'adam',
          cell: 'adam-e2-s1-00000000',
          samplesMilliseconds: [medianMilliseconds],
          batch: 16,
          medianMilliseconds,
          meanMilliseconds: medianMilliseconds,
          sdMilliseconds: 0,
        },
      ],
      environment,
    });
    expect(await store.readWallTime()).toBeNull();
    await store.writeWallTime(measured(2));
    expect(await store.readWallTime()).toEqual(measured(2));
    expect(await store.readAll()).toEqual([]);
    await expect(store.writeWallTime(measured(0))).rejects.toMatchObject({ code: 'result-invalid' });
    expect(await store.readWallTime()).toEqual(measured(2));
  });

  it('knows how many labels were changed, where that was counted', async () => {
    const result = exampleResult();
    const counted = { ...result, provenance: { ...result.provenance, changedLabels: 38 } };
    await store.write(counted);
    expect(await store.read(result.cell)).toEqual(counted);
    const text = await readFile(path.join(store.folder, `${result.cell}.json`), 'utf8');
    await writeFile(
      path.join(store.folder, `${result.cell}.json`),
      text.replace('"changedLabels": 38', '"changedLabels": -1'),
    );
    await expect(store.read(result.cell)).rejects.toMatchObject({
      code: 'result-invalid',
      message: expect.stringContaining('provenance.changedLabels'),
    });
  });

  it('keeps timing.json apart from the results', async () => {
    const timing = {
      schema: 1 as const,
      suite: 'tiny',
      rounds: 2,
      steps: 1,
      warmup: 0,
      batch: 16,
      arms: [
        {
          arm: 'adam',
          cell: 'adam-e2-s1-00000000',
          samplesMilliseconds: [1, 2],
          medianMilliseconds: 1.5,
          meanMilliseconds: 1.5,
          sdMilliseconds: 0.5,
          imagesPerSecond: 1000,
        },
      ],
      environment: exampleResult().environment,
    };
    await store.writeTiming(timing);
    expect(await store.readTiming()).toEqual(timing);
    expect(await store.readAll()).toEqual([]);
  });
});

describe('a result file that is not as it should be', () => {
  const cases: [string, string, unknown, string][] = [
    ['is not JSON', 'a-1.json', '{"schema": 1,', 'is not JSON'],
    ['is cut off to nothing', 'a-1.json', '', 'is not JSON'],
    ['is some other JSON', 'a-1.json', [1, 2], 'must be object'],
    ['lacks a field', 'a-1.json', { ...exampleResult(exampleCell('a-1')), seed: undefined }, "'seed'"],
    ['has a field of another type', 'a-1.json', { ...exampleResult(exampleCell('a-1')), seed: 'x' }, 'seed'],
    ['is of a newer format', 'a-1.json', { ...exampleResult(exampleCell('a-1')), schema: 2 }, 'newer format'],
    ['is of another cell', 'a-1.json', exampleResult(exampleCell('b-1')), 'not the name of the file'],
    ['is of another suite', 'a-1.json', exampleResult(exampleCell('a-1', { suite: 'big' })), 'not the suite'],
    [
      'says finished but has no evaluation',
      'a-1.json',
      exampleResult(exampleCell('a-1'), { final: null }),
      'final: is missing',
    ],
  ];
  it.each(cases)('is refused with its name and what to do when it %s', async (_, name, content, words) => {
    const file = await plant(name, content);
    const error = await errorOf(store.readAll());
    expect(error.code).toBe('result-invalid');
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(file);
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/delete it/);
  });

  it('names the place inside an optional part', async () => {
    const result = exampleResult(exampleCell('a-1'));
    await plant('a-1.json', { ...result, final: { ...result.final, test: { loss: 1, accuracy: 40 } } });
    const error = await errorOf(store.read('a-1'));
    expect(error.message).toContain('final.test.accuracy');
    expect(error.message).toContain('got 40');
  });
});

describe('a results folder that cannot be written', () => {
  it('is reported as a failure of the disk, with the file and a way out', async () => {
    await writeFile(path.join(root, 'tiny'), 'a file where the folder should be');
    const error = await errorOf(store.write(exampleResult()));
    expect(error.code).toBe('disk-failed');
    expect(error.message).toContain('--results');
  });
});

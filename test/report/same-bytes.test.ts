/** Equal results give equal bytes: on any day, from any folder, read in any order. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeReport } from '../../src/report/write.js';
import { openStore } from '../../src/results/store.js';
import { permutation, stream } from '../../src/stream.js';
import { filesOf } from './render.js';
import { quickstart } from './synthetic.js';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-bytes-'));
});

afterAll(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

async function reportIn(name: string): Promise<Map<string, string>> {
  const { suite, cells, results, timing } = quickstart([1, 2, 3, 4]);
  const resultsDir = path.join(folder, name, 'results');
  const reportsDir = path.join(folder, name, 'reports');
  const store = openStore(resultsDir, suite.name);
  for (const result of results) await store.write(result);
  await store.writeTiming(timing);
  await writeReport(suite, cells, { resultsDir, reportsDir });
  const names = (await readdir(reportsDir, { recursive: true })).filter((each) => /\.\w+$/.test(each)).sort();
  return new Map(
    await Promise.all(
      names.map(async (each) => [each, await readFile(path.join(reportsDir, each), 'utf8')] as const),
    ),
  );
}

describe('equal results', () => {
  it('give equal files from another folder and on another day', async () => {
    const first = await reportIn('one');
    vi.useFakeTimers({ now: new Date('2031-02-03T04:05:06Z'), toFake: ['Date'] });
    try {
      const second = await reportIn('another place/with spaces');
      expect([...second.keys()]).toEqual([...first.keys()]);
      for (const [name, text] of first) expect(second.get(name) === text, name).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('give equal files in whatever order they are read', async () => {
    const made = quickstart([1, 2, 3, 4], [0, 0.4], [0.05, 0.1, 0.2]);
    const { files } = await filesOf(made);
    const order = permutation(made.results.length, stream(1, 'order of reading'));
    const shuffled = [...order].map((index) => made.results[index]).filter((result) => result !== undefined);
    const { files: others } = await filesOf({ ...made, results: shuffled });
    for (const [name, text] of files) expect(others.get(name) === text, name).toBe(true);
  });

  it('are drawn alike by a process that has drawn other things before', async () => {
    const { files } = await filesOf(quickstart([1, 2]));
    await filesOf(quickstart([1, 2, 3], [0, 0.2]));
    const { files: again } = await filesOf(quickstart([1, 2]));
    for (const [name, text] of files) expect(again.get(name) === text, name).toBe(true);
  });
});

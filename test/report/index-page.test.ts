import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { indexPage, readEntries, writeIndex } from '../../src/report/index-page.js';
import { appendHistory, type HistoryLine, trendsOf } from '../../src/results/history.js';
import { stream } from '../../src/stream.js';
import { hostileSuite } from './hostile.js';
import { filesOf } from './render.js';
import { quickstart } from './synthetic.js';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-index-'));
  const hostile = hostileSuite();
  for (const [name, made] of [
    ['plain', quickstart()],
    ['hostile', hostile],
    ['many-tasks', quickstart([1, 2, 3], [0, 0.4])],
  ] as const) {
    const { files } = await filesOf({ ...made, suite: { ...made.suite, name } });
    await writeFile(path.join(folder, `${name}.json`), files.get(`${name}.json`) ?? '');
  }
  await writeFile(path.join(folder, 'other.json'), '{"schema": 1, "not": "a summary"}');
  await writeFile(path.join(folder, 'broken.json'), '{"schema": 1,');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Twenty runs of one setting; from the eleventh on a step takes a fifth longer. */
function history(): HistoryLine[] {
  const random = stream(1, 'history');
  return Array.from({ length: 20 }, (_, index) => ({
    schema: 1,
    date: `2026-01-${String(index + 1).padStart(2, '0')}T00:00:00.000Z`,
    commit: String(index).padStart(40, '0'),
    fingerprint: '0123456789ab',
    suite: 'plain',
    version: 1,
    arm: 'sam',
    setting: 'sam-rho0.05-e20',
    n: 3,
    accuracy: { mean: 0.56 + 0.002 * random.normal(), low: null, high: null },
    stepMilliseconds: (index < 10 ? 180 : 216) + random.normal(),
    peakRssBytes: 1.1e9,
  }));
}

describe('the index', () => {
  it('lists every summary of the folder by name, and passes over files that are none', async () => {
    expect((await readEntries(folder)).map(({ suite }) => suite.name)).toEqual([
      'hostile',
      'many-tasks',
      'plain',
    ]);
  });

  it('shows the verdict of each and links its page', async () => {
    const entries = await readEntries(folder);
    const html = await indexPage(entries, [], null);
    for (const { suite } of entries)
      expect(html.includes(`href="${suite.name}.html"`), suite.name).toBe(true);
    expect(html.includes('sam lies 1.22 points of test accuracy above adam')).toBe(true);
    expect(/<img|<script>alert/.test(html)).toBe(false);
  });

  it('draws a trend and names the run and the commit at which a new level begins', async () => {
    const html = await indexPage([], trendsOf(history()), 'https://example.org/repository');
    expect(html.includes('a new level of step time begins on 2026-01-11')).toBe(true);
    expect(html.includes(`href="https://example.org/repository/commit/${'10'.padStart(40, '0')}"`)).toBe(
      true,
    );
    expect((html.match(/<svg aria-hidden/g) ?? []).length).toBe(3);
    expect(html.includes('a new level of accuracy')).toBe(false);
  });

  it('links no commit where the address of the repository is not known', async () => {
    const html = await indexPage([], trendsOf(history()), null);
    expect(/href="http/.test(html)).toBe(false);
  });

  it('says so when there is nothing', async () => {
    expect((await indexPage([], [], null)).includes('There is no report in this folder yet.')).toBe(true);
  });

  it('is written beside the reports, the same bytes every time', async () => {
    const results = path.join(folder, 'results');
    await appendHistory(results, history());
    const file = await writeIndex(folder, results);
    const first = await readFile(file, 'utf8');
    await writeIndex(folder, results);
    expect((await readFile(file, 'utf8')) === first).toBe(true);
    expect(first.includes('plain: sam-rho0.05-e20')).toBe(true);
  });
});

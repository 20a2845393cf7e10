import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compareCommand } from '../../src/commands/compare.js';
import { compare, nameOf } from '../../src/report/compare/compare.js';
import { compareFolders } from '../../src/report/compare/comparison.js';
import { comparisonFiles } from '../../src/report/compare/files.js';
import { readResultFolder } from '../../src/report/compare/folder.js';
import { condense } from '../../src/report/summarize/record.js';
import type { CellResult } from '../../src/results/result.js';
import { openStore } from '../../src/results/store.js';
import { hostileSuite } from './hostile.js';
import { failedCell, quickstart } from './synthetic.js';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let root: string;
const made = quickstart([1, 2, 3, 4, 5, 6]);

/** The results, SAM's accuracy changed by `points` and its weights with it. */
function changed(points: number): CellResult[] {
  return made.results.map((result) => {
    if (result.arm !== 'sam' || !result.final) return result;
    const { final } = result;
    const test = { ...final.test, accuracy: final.test.accuracy + points / 100 };
    return { ...result, final: { ...final, test, weightsSha256: `changed ${result.seed}` } };
  });
}

async function folderOf(name: string, results: readonly CellResult[]): Promise<string> {
  const store = openStore(path.join(root, name), 'quickstart');
  for (const result of results) await store.write(result);
  await store.writeTiming(made.timing);
  return store.folder;
}

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-compare-'));
  await folderOf('before', made.results);
  await folderOf('after', changed(-2));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const side = (name: string, results: readonly CellResult[]) => ({
  name,
  records: results.map(condense),
  timing: null,
});
const at = (...parts: string[]) => path.join(root, ...parts);

describe('two folders', () => {
  it('with the same results are the same, bit for bit', () => {
    const { verdict, pairs, sameWeights } = compareFolders(side('a', made.results), side('b', made.results));
    expect([pairs, sameWeights]).toEqual([18, 18]);
    expect(verdict.sentence).toBe(
      'All 18 cells that both folders finished ended in the same weights, bit for bit.',
    );
  });

  it('with a loss of two points in one arm show that arm and no other', () => {
    const { verdict, rows } = compareFolders(side('a', made.results), side('b', changed(-2)));
    expect(verdict.sentence).toBe(
      'Weights differ in 6 of 18 cells that both folders finished. B − A in test accuracy, points, where the 95 % interval excludes zero: sam −2.00 (−2.00 to −2.00).',
    );
    expect(rows.map(({ label, sameWeights }) => [label, sameWeights])).toEqual([
      ['adam, 20 epochs', 6],
      ['adam, 40 epochs', 6],
      ['sam', 0],
    ]);
    // Six equal differences: exact p is 2 / 2^6. Settings of the same weights are no further questions.
    expect(rows.map(({ holmP }) => holmP)).toEqual([null, null, 0.03125]);
  });

  it('count cells that have no partner or did not finish, and leave them out of the means', () => {
    const less = changed(0).filter(({ seed }) => seed !== 6);
    const first = made.cells[0];
    const broken = less.map((result) => (first && result.cell === first.id ? failedCell(first) : result));
    const { onlyA, onlyB, lost, pairs, verdict } = compareFolders(side('a', made.results), side('b', broken));
    expect([onlyA, onlyB, lost, pairs]).toEqual([3, 0, 1, 14]);
    expect(verdict.limits.join(' ')).toContain('3 cells of A have no partner in B.');
  });

  it('do not compare times of different machines', () => {
    const elsewhere = made.results.map((result) => ({
      ...result,
      environment: { ...result.environment, fingerprint: 'eeeeeeeeeeee' },
    }));
    const { rows, verdict } = compareFolders(side('a', made.results), side('b', elsewhere));
    expect(rows.every(({ timeRatio }) => timeRatio === null)).toBe(true);
    expect(verdict.limits.join(' ')).toContain('different machines');
  });

  it('say the same whatever the order of reading', async () => {
    const one = compareFolders(side('a', made.results), side('b', changed(-2)));
    const other = compareFolders(side('a', [...made.results].reverse()), side('b', changed(-2).reverse()));
    expect(other).toEqual(one);
    const [files, others] = [
      await comparisonFiles(one, 'compare-a-b'),
      await comparisonFiles(other, 'compare-a-b'),
    ];
    for (const [name, text] of files) expect(others.get(name) === text, name).toBe(true);
  });

  it('show hostile names as text', async () => {
    const hostile = hostileSuite().results;
    const files = await comparisonFiles(
      compareFolders(side('<b>a', hostile), side('=b', hostile)),
      'compare-a-b',
    );
    expect(/<img|<b>a/.test(files.get('compare-a-b.html') ?? '')).toBe(false);
    expect(/^[=+@]|,[=+@]/m.test((files.get('compare-a-b.csv') ?? '').replace(/"(?:[^"]|"")*"/g, ''))).toBe(
      false,
    );
  });
});

describe('the command', () => {
  it('writes every format and names the page', async () => {
    const { text, exitCode, data } = await compareCommand(
      at('before', 'quickstart'),
      at('after', 'quickstart'),
      {
        reports: at('reports'),
      },
    );
    expect(exitCode).toBe(0);
    expect(text).toContain('sam −2.00 (−2.00 to −2.00)');
    expect(text.split('\n').at(-1)).toMatch(/Report: .*compare-before-after\.html$/);
    expect(data).toMatchObject({ pairs: 18, sameWeights: 12 });
    expect((await readdir(at('reports'))).sort()).toEqual([
      'compare-before-after.csv',
      'compare-before-after.html',
      'compare-before-after.json',
      'compare-before-after.md',
      'compare-before-after.tex',
      'figures',
    ]);
  });

  it('ends with 3 where a cell has no partner', async () => {
    await folderOf('half', made.results.slice(0, 9));
    const { exitCode } = await compareCommand(at('before', 'quickstart'), at('half', 'quickstart'), {
      reports: at('reports'),
    });
    expect(exitCode).toBe(3);
  });

  it('ends with 3 and says why where nothing can be compared', async () => {
    const other = made.results.map((result) => ({ ...result, arm: `other ${result.arm}` }));
    await folderOf('other', other);
    await expect(
      compare(at('before', 'quickstart'), at('other', 'quickstart'), { reportsDir: at('reports') }),
    ).rejects.toMatchObject({
      exitCode: 3,
    });
  });

  it('takes the folder of all results where one suite is in it', async () => {
    expect((await readResultFolder(at('before'))).records).toHaveLength(18);
  });

  it('refuses a folder that does not exist, holds no results or those of several suites, with exit 2', async () => {
    await mkdir(at('empty', 'deeper'), { recursive: true });
    const [first] = made.results;
    for (const suite of ['one', 'two']) {
      if (first) await openStore(at('several'), suite).write({ ...first, suite });
    }
    const problems = {
      nowhere: /does not exist/,
      empty: /holds no result files/,
      several: /results of 2 suites/,
    };
    for (const [name, problem] of Object.entries(problems)) {
      await expect(readResultFolder(at(name))).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(problem),
      });
    }
  });

  it('refuses a broken file with exit 2 and its name', async () => {
    const folder = await folderOf('broken', made.results.slice(0, 2));
    const [name = ''] = await readdir(folder);
    await writeFile(path.join(folder, name), (await readFile(path.join(folder, name), 'utf8')).slice(0, 100));
    await expect(readResultFolder(folder)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(name),
    });
  });
});

describe('the name of a comparison', () => {
  it.each([
    ['results/quickstart', 'old/quickstart', 'compare-results-old'],
    ['results/a', 'results/b', 'compare-a-b'],
    ['results/a', 'results/a', 'compare-a'],
    ['../x/<Y>', './z', 'compare-y-z'],
  ])('of %s and %s is %s', (a, b, name) => {
    expect(nameOf(a, b)).toBe(name);
  });
});

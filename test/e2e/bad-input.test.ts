import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sambench } from './command.js';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-bad-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const adam = { name: 'adam', learningRate: 0.001 };
const sam = { name: 'sam', rho: 0.05, base: adam };
const good = {
  name: 'tiny',
  version: 1,
  data: { name: 'cifar10', train: 512, validation: 64, test: 64 },
  model: { name: 'resnet8' },
  batch: 32,
  epochs: 1,
  arms: [
    { name: 'adam', epochs: ['N', '2N'], optimizer: adam },
    { name: 'sam', optimizer: sam },
  ],
  seeds: 2,
  compare: { baseline: 'adam', candidate: 'sam' },
};
const samWith = (changes: object) => ({
  ...good,
  arms: [good.arms[0], { name: 'sam', optimizer: { ...sam, ...changes } }],
});

// What is wrong, the suite, and what the message must name besides the file: place, value or fix.
const cases: [string, unknown, RegExp[]][] = [
  ['an unknown field', { ...good, epoch: 3 }, [/epoch/, /epochs/]],
  ['a wrong type', { ...good, batch: 'many' }, [/batch/, /"many"/]],
  ['a negative rho', samWith({ rho: -0.1 }), [/arms\[1\]\.optimizer\.rho/, /-0\.1/]],
  ['no epochs', { ...good, epochs: 0 }, [/epochs/, /0/]],
  [
    'unequal budgets',
    { ...good, arms: [{ name: 'adam', optimizer: adam }, good.arms[1]] },
    [/arms/, /adam/, /sam/, /16/, /32/],
  ],
  ['a name with a slash', { ...good, name: 'a/b' }, [/name/, /a\/b/]],
  ['no seeds', { ...good, seeds: [] }, [/seeds/]],
  ['an unknown data set', { ...good, data: { ...good.data, name: 'cifar1' } }, [/data\.name/, /cifar10/]],
  ['text that is not JSON', '{ "name": "tiny", ', [/JSON/]],
  ['10 MB', `{"name": "${'x'.repeat(10_000_000)}"}`, [/large|big|MB/]],
];

describe('a bad suite', () => {
  it.each(cases)(
    'with %s ends with 2 and one line that names file, place and fix',
    async (what, suite, words) => {
      const file = path.join(folder, `${what.replaceAll(' ', '-')}.json`);
      await writeFile(file, typeof suite === 'string' ? suite : JSON.stringify(suite));
      const { status, stdout, stderr } = await sambench(['bench', file], folder);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toContain(file);
      for (const word of words) expect(stderr).toMatch(word);
      expect(stderr).not.toMatch(/\bat .*:\d+:\d+|node:internal/);
      expect(stderr.length).toBeLessThan(1000);
    },
  );

  it('that is missing ends with 2 and its name', async () => {
    const { status, stderr } = await sambench(['bench', path.join(folder, 'none.json')]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('none.json')]);
  });

  it('leaves no results folder', async () => {
    expect((await readdir(folder)).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });
});

describe('a bad flag', () => {
  it.each([
    ['an unknown one', ['bench', 'x.json', '--frsh'], /--fresh/],
    ['a value that is no number', ['bench', 'x.json', '--jobs', 'many'], /--jobs.*many.*whole number/],
    ['a missing argument', ['bench'], /suite/],
    ['one argument too many', ['report', 'a.json', 'b.json'], /too many arguments/],
    ['an unknown command', ['benhc'], /bench/],
    ['an unknown data set', ['data', 'cifar11'], /cifar10/],
  ])('(%s) ends with 2 and one line', async (_, args, words) => {
    const { status, stdout, stderr } = await sambench(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(words);
  });
});

describe('the command itself', () => {
  it('tells its version', async () => {
    expect((await sambench(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('shows every command and examples in its help', async () => {
    const { status, stdout } = await sambench(['--help']);
    expect(status).toBe(0);
    for (const name of ['bench', 'plan', 'report', 'data', 'doctor', 'golden', 'Examples', '130']) {
      expect(stdout).toContain(name);
    }
  });

  it('prints nothing but JSON with --json', async () => {
    const { status, stdout } = await sambench(['data', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).rows.map(({ name }: { name: string }) => name)).toContain('cifar10');
  });
});

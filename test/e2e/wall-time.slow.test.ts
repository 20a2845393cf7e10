/** A suite of equal wall time with the real command and real step times. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellResult, WallTimeResult } from '../../src/results/result.js';
import { type Ended, sambench } from './command.js';
import { numbersOf, type Workplace, workplace } from './suite.js';

let place: Workplace;
let first: Ended;
let results: CellResult[];
let stored: string;

const folders = () => [
  '--results',
  path.join(place.folder, 'results'),
  '--reports',
  path.join(place.folder, 'reports'),
];
const base = { name: 'adam', learningRate: 0.001 };

beforeAll(async () => {
  place = await workplace({
    data: { name: 'synthetic', train: 512, validation: 64, test: 64 },
    model: { name: 'mlp', width: 256 },
    epochs: 2,
    arms: [
      { name: 'adam', epochs: ['N', '2N'], optimizer: base },
      // Four groups a step: eight gradients of a quarter of the batch, the most costly by far.
      { name: 'sam', optimizer: { name: 'sam', rho: 0.05, m: 8, base } },
    ],
    compute: { equal: 'wallTime' },
    timing: { rounds: 3, steps: 5, warmup: 2 },
  });
  first = await sambench(place.bench());
  results = await place.results();
  stored = await readFile(place.resultFile('wall-time'), 'utf8');
});
afterAll(() => place.remove());

describe('a bench at equal wall time', () => {
  it('gives each arm as many whole epochs as fit the time of the most costly budget', () => {
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('[6/6]')]);
    const { kinds } = JSON.parse(stored) as WallTimeResult;
    const milliseconds = Object.fromEntries(kinds.map((kind) => [kind.arm, kind.medianMilliseconds]));
    const [adam, sam] = [milliseconds.adam ?? Number.NaN, milliseconds.sam ?? Number.NaN];
    // Epochs have 16 steps in both arms: adam has 4 epochs, sam 2.
    const time = Math.max(4 * adam, 2 * sam);
    const epochs = (arm: string) =>
      [...new Set(results.filter((each) => each.arm === arm).map(({ settings }) => settings.epochs))].sort(
        (left, right) => left - right,
      );
    expect(epochs('adam')).toEqual([2, Math.floor(time / adam + 1e-9)]);
    expect(epochs('sam')).toEqual([Math.floor(time / sam + 1e-9)]);
    for (const { settings, history, budget } of results) {
      expect(history).toHaveLength(settings.epochs);
      expect(budget.steps).toBe(16 * settings.epochs);
    }
  });

  it('says so in the report, and what was measured', async () => {
    const summary = JSON.parse(await readFile(path.join(place.folder, 'reports', 'tiny.json'), 'utf8'));
    expect(summary.compute).toMatchObject({ rule: 'wall time', equal: true });
    expect(summary.compute.sentence).toMatch(/Epochs were chosen by measured step times.*adam \d+ epochs/);
  });

  it('goes on with the same cells, never measuring again', async () => {
    const [lost] = results;
    if (lost === undefined) throw new Error('no result');
    await rm(place.resultFile(lost.cell));
    const again = await sambench(place.bench());
    expect(again.status).toBe(0);
    expect(again.stdout).toContain('Trained 1 cell.');
    expect(again.stderr).not.toContain('to choose epochs');
    expect(await readFile(place.resultFile('wall-time'), 'utf8')).toBe(stored);
    const now = (await place.results()).find(({ cell }) => cell === lost.cell);
    expect(now === undefined ? undefined : numbersOf(now)).toEqual(numbersOf(lost));
  });

  it('is planned, verified and reported from the stored step times', async () => {
    const planned = await sambench(['plan', place.file, '--no-calibrate', ...folders().slice(0, 2)]);
    expect(planned.stdout).toContain('6 cells, 6 finished, 0 to run');
    const verified = await sambench(['verify', place.file, ...folders().slice(0, 2)]);
    expect([verified.status, verified.stdout]).toEqual([
      0,
      expect.stringContaining('1 of 1 cells reproduced'),
    ]);
    expect((await sambench(['report', place.file, ...folders()])).status).toBe(0);
  });

  it('is refused in one line where cells are asked for that nothing has chosen epochs for', async () => {
    await rm(place.resultFile('wall-time'));
    for (const [args, status, words] of [
      [['plan', place.file, '--no-calibrate', ...folders().slice(0, 2)], 2, 'Run plan without it'],
      [place.bench('--shard', '1/2'), 2, 'Run npm run plan'],
      [['report', place.file, ...folders()], 3, 'Run npm run bench'],
    ] as const) {
      const refused = await sambench(args);
      expect([refused.status, refused.stderr.trim().split('\n').length]).toEqual([status, 1]);
      expect(refused.stderr).toContain(words);
    }
  });
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { autoJobs, jobsWithoutMeasuring } from '../../src/run/auto-jobs.js';
import { neverStop } from '../../src/run/stop.js';
import type { Cell } from '../../src/suite/cell.js';
import { exampleCell } from '../results/example.js';
import { type FakeLaunch, fakeLaunch } from './fake-launch.js';

let folder: string;
let announced: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-jobs-'));
  announced = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Cells that take hours, or no time at all. */
function cellsOf(count: number, flops = 1e15): Cell[] {
  const budget = { epochs: 1, steps: 1000, gradientEvaluations: 1000, flops };
  return Array.from({ length: count }, (_, seed) => exampleCell(`c${seed}`, { seed, budget }));
}

const roomy = { cores: 4, freeBytes: 1e12 };

function choose(cells: readonly Cell[], { launch }: FakeLaunch, machine = roomy, again = false) {
  const onMeasure = () => {
    announced++;
  };
  return autoJobs(cells, { launch, stop: neverStop(), onMeasure, again }, { folder, machine });
}

describe('jobs auto', () => {
  it('takes the number of processes that has the highest throughput, and says so', async () => {
    const fake = fakeLaunch((jobs) => (jobs <= 2 ? 100 : 100 * jobs));
    const { jobs, why } = await choose(cellsOf(20), fake);
    expect(jobs).toBe(2);
    expect(why).toMatch(/^1: 10\.0, 2: 20\.0, 3: 10\.0, 4: 10\.0 steps\/s, measured in \d+ s$/);
    expect([fake.waves, announced]).toEqual([[1, 2, 3, 4], 1]);
  });

  it('does not measure again when a run goes on, not even for fewer cells or less memory', async () => {
    await choose(
      cellsOf(20),
      fakeLaunch(() => 100),
    );
    const later = fakeLaunch(() => 1);
    expect(await choose(cellsOf(19), later)).toMatchObject({
      jobs: 4,
      why: '1: 10.0, 2: 20.0, 3: 30.0, 4: 40.0 steps/s, as measured earlier',
    });
    expect((await choose(cellsOf(3), later)).jobs).toBe(3);
    // The measured gigabyte of a process and a fifth more.
    expect((await choose(cellsOf(20), later, { cores: 4, freeBytes: 2.5e9 })).jobs).toBe(2);
    expect(later.waves).toEqual([]);
  });

  it('measures again for other steps, for more processes than before, and when it is asked to', async () => {
    await choose(
      cellsOf(20),
      fakeLaunch(() => 100),
    );
    const other = fakeLaunch(() => 100);
    const cells = cellsOf(20).map((cell) => ({ ...cell, settings: { ...cell.settings, batch: 32 } }));
    await choose(cells, other);
    await choose(cellsOf(20), other, { ...roomy, cores: 5 });
    await choose(cellsOf(20), other, roomy, true);
    expect(other.waves).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 5, 1, 2, 3, 4]);
  });

  it('measures again where what is kept is damaged', async () => {
    await choose(
      cellsOf(20),
      fakeLaunch(() => 100),
    );
    const [name] = await readdir(path.join(folder, 'jobs'));
    await writeFile(path.join(folder, 'jobs', String(name)), '{"measuredAt": 1e15, "throughputs": []}');
    const fake = fakeLaunch(() => 100);
    await choose(cellsOf(20), fake);
    expect(fake.waves).toEqual([1, 2, 3, 4]);
  });

  it('does not measure where the work is short', async () => {
    const fake = fakeLaunch(() => 100);
    expect(await choose(cellsOf(8, 1e9), fake)).toEqual({
      jobs: 4,
      why: '4 cores, 1 a cell; too little work to measure',
    });
    expect([fake.waves, announced]).toEqual([[], 0]);
  });

  it('does not measure where there is nothing to choose', async () => {
    const fake = fakeLaunch(() => 100);
    expect(await choose(cellsOf(1), fake)).toEqual({ jobs: 1, why: 'there are no more' });
    expect((await choose(cellsOf(20), fake, { cores: 1, freeBytes: 1e12 })).jobs).toBe(1);
    expect(await choose(cellsOf(20), fake, { cores: 4, freeBytes: 2e9 })).toEqual({
      jobs: 1,
      why: 'memory for no more (2.0 GB free)',
    });
    expect(fake.waves).toEqual([]);
  });

  it('falls back to cores and memory where the measurement fails', async () => {
    expect(
      await choose(
        cellsOf(20),
        fakeLaunch(() => null),
      ),
    ).toEqual({
      jobs: 4,
      why: '4 cores, 1 a cell; the measurement failed',
    });
  });

  it('never changes the threads of a cell: two a cell leave room for half as many', async () => {
    const fake = fakeLaunch(() => 100);
    const cells = cellsOf(20).map((cell) => ({ ...cell, settings: { ...cell.settings, threads: 2 } }));
    expect((await choose(cells, fake)).jobs).toBe(2);
    expect(fake.waves).toEqual([1, 2]);
  });
});

describe('the number of processes without a measurement', () => {
  it('is the asked one, the measured one, or that of cores and memory', async () => {
    const place = { folder, machine: roomy };
    expect(await jobsWithoutMeasuring(3, cellsOf(20), place)).toBe(3);
    expect(await jobsWithoutMeasuring('auto', cellsOf(20), place)).toBe(4);
    expect(await jobsWithoutMeasuring('auto', [], place)).toBe(1);
    await choose(
      cellsOf(20),
      fakeLaunch((jobs) => 100 * jobs),
    );
    expect(await jobsWithoutMeasuring('auto', cellsOf(20), place)).toBe(1);
  });
});

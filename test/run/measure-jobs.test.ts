import { describe, expect, it } from 'vitest';
import { bestJobs, costliestCell, isWorthMeasuring, measureJobs } from '../../src/run/measure-jobs.js';
import { neverStop } from '../../src/run/stop.js';
import { exampleCell } from '../results/example.js';
import { fakeLaunch } from './fake-launch.js';

const budget = (flops: number) => ({ epochs: 1, steps: 100, gradientEvaluations: 100, flops });
const cell = exampleCell('a', { budget: budget(1e12) });

describe('the cell that is measured', () => {
  it('is of the kind of step that most operations go to', () => {
    const { settings } = exampleCell();
    const large = { ...settings, batch: 128 };
    const cells = [
      exampleCell('small-1', { budget: budget(2) }),
      exampleCell('large', { budget: budget(3), settings: large }),
      exampleCell('small-2', { budget: budget(2), seed: 2 }),
    ];
    expect(costliestCell(cells)?.id).toBe('small-1');
    expect(costliestCell([])).toBeUndefined();
  });
});

describe('the measurement', () => {
  it('sums the steps a second of all processes of each number', async () => {
    const { launch, waves } = fakeLaunch((jobs) => 100 * jobs ** 0.5);
    const measured = await measureJobs(cell, () => 4, launch, neverStop());
    expect(waves).toEqual([1, 2, 3, 4]);
    // Ten steps a second of one; of four, each half as fast.
    expect(measured?.throughputs.map(({ jobs }) => jobs)).toEqual([1, 2, 3, 4]);
    expect(measured?.throughputs[0]?.stepsPerSecond).toBeCloseTo(10);
    expect(measured?.throughputs[3]?.stepsPerSecond).toBeCloseTo(20);
    expect(measured?.peakRssBytes).toBe(1e9);
  });

  it('tries no more processes than fit with the memory that the first one took', async () => {
    const { launch, waves } = fakeLaunch(() => 100, 3e9);
    await measureJobs(cell, (peak) => Math.floor(7e9 / peak), launch, neverStop());
    expect(waves).toEqual([1, 2]);
  });

  it('lets all processes begin their timed steps together', async () => {
    const { launch, events } = fakeLaunch(() => 100);
    await measureJobs(cell, () => 2, launch, neverStop());
    expect(events).toEqual(['ready', 'go', 'ready', 'ready', 'go', 'go']);
  });

  it('ends at the first number of processes that cannot run', async () => {
    const { launch } = fakeLaunch((jobs) => (jobs > 2 ? null : 100));
    const measured = await measureJobs(cell, () => 8, launch, neverStop());
    expect(measured?.throughputs.map(({ jobs }) => jobs)).toEqual([1, 2]);
  });

  it('fails where a single process cannot run, and gives nothing when it is interrupted', async () => {
    await expect(
      measureJobs(cell, () => 2, fakeLaunch(() => null).launch, neverStop()),
    ).rejects.toMatchObject({ code: 'engine-failed' });
    const stop = { soon: AbortSignal.abort(), now: new AbortController().signal };
    expect(await measureJobs(cell, () => 2, fakeLaunch(() => 100).launch, stop)).toBeNull();
  });
});

describe('the best number of processes', () => {
  const throughputs = [
    { jobs: 1, stepsPerSecond: 10 },
    { jobs: 2, stepsPerSecond: 19.6 },
    { jobs: 3, stepsPerSecond: 20 },
    { jobs: 4, stepsPerSecond: 15 },
  ];

  it('is the least of those within three percent of the highest throughput', () => {
    expect(bestJobs(throughputs, 4)).toBe(2);
    expect(bestJobs([...throughputs.slice(0, 2), { jobs: 3, stepsPerSecond: 21 }], 4)).toBe(3);
  });

  it('is not more than is allowed', () => {
    expect(bestJobs(throughputs, 1)).toBe(1);
  });
});

describe('measuring', () => {
  const cells = (count: number, flops: number) =>
    Array.from({ length: count }, (_, seed) => exampleCell(`c${seed}`, { seed, budget: budget(flops) }));

  it('is worth its time where the work is long', () => {
    // 20 cells of 10^14 operations: 20 × 2000 s on two cores, 2 × (7 s + 7 steps of 20 s) to measure.
    expect(isWorthMeasuring(cells(20, 1e14), 2)).toBe(true);
  });

  it('is not for small cells, a single process, or no cells', () => {
    expect(isWorthMeasuring(cells(9, 1.5e12), 2)).toBe(false);
    expect(isWorthMeasuring(cells(20, 1e14), 1)).toBe(false);
    expect(isWorthMeasuring([], 2)).toBe(false);
  });
});

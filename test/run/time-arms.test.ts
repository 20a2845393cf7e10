import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { TimingResult } from '../../src/results/result.js';
import { launcher } from '../../src/run/launch.js';
import { neverStop } from '../../src/run/stop.js';
import { isTimingStale, representatives, timeArms } from '../../src/run/time-arms.js';
import { exampleCell, exampleResult } from '../results/example.js';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const fakeChild = launcher(fileURLToPath(new URL('./fake-child.mjs', import.meta.url)));
const settings = { rounds: 2, steps: 3, warmup: 1 };
const budget = (gradientEvaluations: number) => ({ epochs: 1, steps: 1, gradientEvaluations, flops: 1 });
const cells = [
  exampleCell('adam-n-s1', { budget: budget(1) }),
  exampleCell('adam-2n-s1', { budget: budget(2) }),
  exampleCell('adam-2n-s2', { budget: budget(2), seed: 2 }),
  exampleCell('sam-n-s1', { arm: 'sam', budget: budget(2) }),
];

function timingOf(...ids: [string, string][]): TimingResult {
  const numbers = {
    samplesMilliseconds: [1],
    medianMilliseconds: 1,
    meanMilliseconds: 1,
    sdMilliseconds: 0,
    imagesPerSecond: 1,
  };
  return {
    schema: 1,
    suite: 'tiny',
    ...settings,
    batch: 16,
    arms: ids.map(([arm, cell]) => ({ arm, cell, ...numbers })),
    environment: exampleResult().environment,
  };
}

describe('the timing phase', () => {
  it('times the first cell of the largest budget of each arm', () => {
    expect(representatives(cells).map(({ id }) => id)).toEqual(['adam-2n-s1', 'sam-n-s1']);
  });

  it('is due when there is no timing, an arm is missing, a cell has changed or the settings have', () => {
    const due = (timing: TimingResult | null, changed = settings) =>
      isTimingStale(timing, representatives(cells), changed);
    expect(due(null)).toBe(true);
    expect(due(timingOf(['adam', 'adam-2n-s1']))).toBe(true);
    expect(due(timingOf(['adam', 'adam-2n-s1'], ['sam', 'sam-old']))).toBe(true);
    expect(due(timingOf(['adam', 'adam-2n-s1'], ['sam', 'sam-n-s1']))).toBe(false);
    expect(due(timingOf(['adam', 'adam-2n-s1'], ['sam', 'sam-n-s1']), { ...settings, rounds: 9 })).toBe(true);
  });

  it('sends its cells to one process and returns the answer', async () => {
    const measured = await timeArms('tiny', cells.slice(0, 2), settings, neverStop(), () => {}, fakeChild);
    expect(measured?.timing.arms.map(({ cell }) => cell)).toEqual(['adam-n-s1', 'adam-2n-s1']);
  });

  it('fails as a matter of the engine when its process dies', async () => {
    await expect(timeArms('broken', cells, settings, neverStop(), () => {}, fakeChild)).rejects.toMatchObject(
      { code: 'engine-failed', message: expect.stringContaining('code 7') },
    );
  });
});

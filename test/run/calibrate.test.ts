import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/run/calibrate.js';
import { launcher } from '../../src/run/launch.js';
import { exampleCell } from '../results/example.js';

const fakeChild = launcher(fileURLToPath(new URL('./fake-child.mjs', import.meta.url)));

describe('a calibration', () => {
  it('measures every cell in as many processes as there will be', async () => {
    let started = 0;
    const cells = [exampleCell('a'), exampleCell('b', { arm: 'sam' })];
    const found = await calibrate(cells, 2, (listener) => {
      started++;
      return fakeChild(listener);
    });
    expect(started).toBe(2);
    // The fake process says 2 ms a step and 1 GB.
    expect(found).toEqual({ secondsPerStep: { a: 0.002, b: 0.002 }, peakRssBytes: 1e9 });
  });

  it('fails when a process does', async () => {
    await expect(calibrate([exampleCell('a', { suite: 'broken' })], 1, fakeChild)).rejects.toMatchObject({
      code: 'engine-failed',
    });
  });
});

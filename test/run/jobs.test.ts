import { describe, expect, it } from 'vitest';
import { bytesPerProcess, chooseJobs, thisMachine } from '../../src/run/jobs.js';

const roomy = { cores: 8, freeBytes: 1e12 };

describe('the number of processes', () => {
  it('fills the cores with the threads of a cell', () => {
    expect(chooseJobs('auto', 100, 1, roomy)).toBe(8);
    expect(chooseJobs('auto', 100, 3, roomy)).toBe(2);
  });

  it('is one even where a cell has more threads than there are cores', () => {
    expect(chooseJobs('auto', 100, 16, roomy)).toBe(1);
  });

  it('is limited by memory', () => {
    expect(chooseJobs('auto', 100, 1, { cores: 8, freeBytes: 3.5 * bytesPerProcess })).toBe(3);
    expect(chooseJobs('auto', 100, 1, { cores: 8, freeBytes: 1e6 })).toBe(1);
  });

  it('is not more than there are cells', () => {
    expect(chooseJobs('auto', 2, 1, roomy)).toBe(2);
    expect(chooseJobs(5, 2, 1, roomy)).toBe(2);
  });

  it('is as asked where it was asked', () => {
    expect(chooseJobs(3, 100, 1, { cores: 1, freeBytes: 0 })).toBe(3);
  });

  it('knows this machine', () => {
    expect(thisMachine().cores).toBeGreaterThanOrEqual(1);
    expect(thisMachine().freeBytes).toBeGreaterThan(0);
  });
});

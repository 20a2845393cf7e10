import { describe, expect, it } from 'vitest';
import { askedJobs, bytesPerProcess, candidateJobs, mostJobs, thisMachine } from '../../src/run/jobs.js';

const roomy = { cores: 8, freeBytes: 1e12 };

describe('the most processes', () => {
  it('fill the cores with the threads of a cell', () => {
    expect(mostJobs(100, 1, roomy)).toBe(8);
    expect(mostJobs(100, 3, roomy)).toBe(2);
  });

  it('are one even where a cell has more threads than there are cores', () => {
    expect(mostJobs(100, 16, roomy)).toBe(1);
  });

  it('are limited by memory', () => {
    expect(mostJobs(100, 1, { cores: 8, freeBytes: 3.5 * bytesPerProcess })).toBe(3);
    expect(mostJobs(100, 1, { cores: 8, freeBytes: 1e6 })).toBe(1);
  });

  it('are limited by the measured memory of a process, with a margin of a fifth, where there is one', () => {
    const machine = { cores: 8, freeBytes: 3.7e9 };
    expect(mostJobs(100, 1, machine, 1e9)).toBe(3);
    expect(mostJobs(100, 1, machine, 3e9)).toBe(1);
  });

  it('are not more than there are cells', () => {
    expect(mostJobs(2, 1, roomy)).toBe(2);
  });

  it('are found for this machine', () => {
    expect(thisMachine().cores).toBeGreaterThanOrEqual(1);
    expect(thisMachine().freeBytes).toBeGreaterThan(0);
  });
});

describe('the number that was asked for', () => {
  it('is kept, whatever the machine, but not beyond the number of cells', () => {
    expect(askedJobs(3, 100)).toBe(3);
    expect(askedJobs(5, 2)).toBe(2);
  });

  it('is open where it is auto', () => {
    expect(askedJobs('auto', 100)).toBeNull();
  });
});

describe('the numbers worth trying', () => {
  it.each([
    [1, [1]],
    [2, [1, 2]],
    [5, [1, 2, 3, 4, 5]],
    [6, [1, 2, 3, 4, 6]],
    [16, [1, 2, 3, 4, 8, 16]],
    [96, [1, 2, 3, 4, 8, 16, 32, 64, 96]],
  ])('up to %d are each of the first four, powers of two and the most', (most, candidates) => {
    expect(candidateJobs(most)).toEqual(candidates);
  });
});

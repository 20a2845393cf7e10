/** What is timed is the published network, and the file for other languages holds all of it. */
import { describe, expect, it } from 'vitest';
import { startFile, stepOperations } from '../../src/bench/workload.js';
import { readSafetensors } from '../../src/safetensors.js';

describe('workload', () => {
  it('counts 435 million operations for forward and backward pass of one image, twice that for SAM', () => {
    expect(stepOperations('adam', 1) / 1e6).toBeCloseTo(435, 0);
    expect(stepOperations('sam', 128)).toBe(256 * stepOperations('adam', 1));
  });

  it('writes 575,114 values and one batch', () => {
    const tensors = readSafetensors(startFile(4), 'start');
    const batch = [tensors.get('batch.images'), tensors.get('batch.labels')];
    expect(batch.map((tensor) => tensor?.shape)).toEqual([[4, 32, 32, 3], [4]]);
    const sizes = [...tensors].map(([name, { values }]) => (name.startsWith('batch.') ? 0 : values.length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(575114);
  });
});

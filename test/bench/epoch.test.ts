import { describe, expect, it } from 'vitest';
import { epochsInSteps } from '../../src/bench/epoch.js';

describe('epochs in steps', () => {
  it('compares each epoch with the steps just before and just after it', () => {
    // Around the first: 100, 110, 120, median 110; around the second: 120 and 200, median 160.
    const ratios = epochsInSteps([1.1, 3.2], [[100, 110], [120], [200]], 10);
    expect(ratios[0]).toBeCloseTo(1, 12);
    expect(ratios[1]).toBeCloseTo(2, 12);
  });
});

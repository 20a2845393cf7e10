import { describe, expect, it } from 'vitest';
import { epochInOwnSteps, epochsInSteps } from '../../src/bench/epoch.js';

describe('epochs in steps', () => {
  it('compares each epoch with the steps just before and just after it', () => {
    // Around the first: 100, 110, 120, median 110; around the second: 120 and 200, median 160.
    const ratios = epochsInSteps([1.1, 3.2], [[100, 110], [120], [200]], 10);
    expect(ratios[0]).toBeCloseTo(1, 12);
    expect(ratios[1]).toBeCloseTo(2, 12);
  });
});

describe('an epoch in its own steps', () => {
  it('compares it with the sum of the steps inside it, however unlike they are', () => {
    expect(epochInOwnSteps({ seconds: 1.03, steps: [100, 700, 200] })).toBeCloseTo(1.03, 12);
  });
});

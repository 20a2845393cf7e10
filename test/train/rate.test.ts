import { describe, expect, it } from 'vitest';
import type { ScheduleSettings } from '../../src/suite/cell.js';
import { rateFactor } from '../../src/train/rate.js';

const of = (name: ScheduleSettings['name'], warmupEpochs = 0): ScheduleSettings => ({ name, warmupEpochs });

/** The factors at all steps of `epochs` epochs of `stepsPerEpoch` steps. */
function factors(schedule: ScheduleSettings, epochs: number, stepsPerEpoch: number): number[] {
  return Array.from({ length: epochs * stepsPerEpoch }, (_, step) =>
    rateFactor(schedule, step, { stepsPerEpoch, epochs }),
  );
}

const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(6)));

describe('the rate', () => {
  it('is constant where the schedule is', () => {
    expect(factors(of('constant'), 2, 2)).toEqual([1, 1, 1, 1]);
  });

  it('follows half a cosine from 1 towards 0, step by step', () => {
    // (1 + cos(π k / 6)) / 2
    expect(rounded(factors(of('cosine'), 2, 3))).toEqual([1, 0.933013, 0.75, 0.5, 0.25, 0.066987]);
  });

  it('is a tenth after half of the steps and a hundredth after three quarters', () => {
    expect(rounded(factors(of('step'), 4, 2))).toEqual([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]);
  });

  it('is left to the validation loss on a plateau', () => {
    expect(factors(of('plateau'), 1, 3)).toEqual([1, 1, 1]);
  });

  it('rises linearly over the warm-up, to 1 with its last step, and then begins the schedule', () => {
    expect(factors(of('constant', 1), 2, 4)).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 1]);
    expect(rounded(factors(of('cosine', 1), 3, 2))).toEqual([0.5, 1, 1, 0.853553, 0.5, 0.146447]);
  });

  it('takes a warm-up of a part of an epoch', () => {
    expect(factors(of('constant', 0.5), 1, 4)).toEqual([0.5, 1, 1, 1]);
  });

  it('stays within 0 and 1 where the warm-up is as long as the cell', () => {
    expect(factors(of('cosine', 1), 1, 2)).toEqual([0.5, 1]);
    expect(factors(of('cosine', 5), 1, 2)).toEqual([0.1, 0.2]);
  });

  it('scales with the length of the cell: half way is half way', () => {
    const halfway = (epochs: number) =>
      rateFactor(of('cosine'), (epochs * 10) / 2, { stepsPerEpoch: 10, epochs });
    expect(halfway(2)).toBeCloseTo(0.5, 12);
    expect(halfway(200)).toBeCloseTo(0.5, 12);
  });
});

import { describe, expect, it } from 'vitest';
import { timeSteps } from '../../src/train/time-steps.js';
import { useEngine } from '../engine/engine.js';
import { cellOf } from './cell.js';

const data = { name: 'synthetic', train: 96, validation: 32, test: 40 };
const small = { model: { name: 'mlp', width: 8 }, data, batch: 32 };
const adam = { name: 'adam', learningRate: 0.001 };

describe('the step-time phase', () => {
  useEngine({ threads: 1 });
  const cells = [cellOf(adam, small), cellOf({ name: 'sam', rho: 0.05, base: adam }, small)];

  it('keeps every sample of every arm, as many in each, and none of the warm-up', async () => {
    const { arms, rounds, steps, batch } = await timeSteps('x', cells, { rounds: 3, steps: 4, warmup: 2 });
    expect({ rounds, steps, batch }).toEqual({ rounds: 3, steps: 4, batch: 32 });
    expect(arms.map(({ cell }) => cell)).toEqual(cells.map(({ id }) => id));
    for (const { samplesMilliseconds } of arms) {
      expect(samplesMilliseconds).toHaveLength(12);
      expect(samplesMilliseconds.every((sample) => sample > 0)).toBe(true);
    }
  });

  it('tells median, mean and deviation of these samples, and images per second by the median', async () => {
    const [arm] = (await timeSteps('x', cells, { rounds: 2, steps: 2, warmup: 1 })).arms;
    if (!arm) throw new Error('there is no arm');
    const sorted = [...arm.samplesMilliseconds].sort((left, right) => left - right) as [
      number,
      number,
      number,
      number,
    ];
    const mean = sorted.reduce((sum, sample) => sum + sample, 0) / 4;
    const squares = sorted.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
    expect(arm.medianMilliseconds).toBeCloseTo((sorted[1] + sorted[2]) / 2, 9);
    expect(arm.meanMilliseconds).toBeCloseTo(mean, 9);
    expect(arm.sdMilliseconds).toBeCloseTo(Math.sqrt(squares / 3), 9);
    expect(arm.imagesPerSecond).toBeCloseTo(32_000 / arm.medianMilliseconds, 6);
  });
});

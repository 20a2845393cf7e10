/** The measurement with real training processes. */
import { describe, expect, it } from 'vitest';
import { launcher } from '../../src/run/launch.js';
import { measureJobs } from '../../src/run/measure-jobs.js';
import { neverStop } from '../../src/run/stop.js';
import { exampleCell } from '../results/example.js';

describe('the measurement of a number of cells at a time', () => {
  it('times one process and then two that begin together', async () => {
    const { settings } = exampleCell();
    const adam = { name: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    const optimizer = { ...adam, weightDecay: 0, decay: 'decoupled', clipNorm: 0, m: null, bn: 'batch' };
    const model = { name: 'mlp', width: 8, useBias: true };
    const budget = { epochs: 1, steps: 1, gradientEvaluations: 1, flops: 1e10 };
    const cell = exampleCell('a', { settings: { ...settings, model, optimizer }, budget });
    const lines: string[] = [];
    const launch = launcher();
    const measured = await measureJobs(
      cell,
      () => 2,
      (listener) => {
        const child = launch(listener);
        return {
          ...child,
          send: (message) => {
            lines.push(message.type);
            child.send(message);
          },
        };
      },
      neverStop(),
    );
    expect(lines).toEqual(['time', 'go', 'time', 'time', 'go', 'go']);
    expect(measured?.throughputs.map(({ jobs }) => jobs)).toEqual([1, 2]);
    for (const { stepsPerSecond } of measured?.throughputs ?? []) expect(stepsPerSecond).toBeGreaterThan(0);
    expect(measured?.peakRssBytes).toBeGreaterThan(1e8);
  });
});

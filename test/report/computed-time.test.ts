/** Times that are computed from the clean step time stand beside those of cells that were not alone. */
import { describe, expect, it } from 'vitest';
import { markdownReport } from '../../src/report/markdown.js';
import { duration } from '../../src/report/number.js';
import { computeTable } from '../../src/report/tables/compute.js';
import { csv } from '../../src/report/tables/csv.js';
import type { CellResult } from '../../src/results/result.js';
import { summaryOf } from './render.js';
import { quickstart } from './synthetic.js';

const seeds = [1, 2, 3, 4, 5, 6];

describe('training times', () => {
  it('are computed from the clean step beside those of contended cells: steps that ran × median step', () => {
    const made = quickstart(seeds);
    const timing = made.timing && {
      ...made.timing,
      arms: made.timing.arms.map((arm) => ({ ...arm, medianMilliseconds: arm.arm === 'sam' ? 200 : 100 })),
    };
    // All cells contended; SAM stopped after 30 steps with three seeds and after 50 with the others.
    const results = made.results.map(
      (result): CellResult => ({
        ...result,
        ...(result.arm === 'sam'
          ? { budget: { ...result.budget, steps: result.seed <= 3 ? 30 : 50 } }
          : { budget: { ...result.budget, steps: 90 } }),
        time: { ...result.time, trainSeconds: 1e6, contended: true },
      }),
    );
    const summary = summaryOf({ ...made, results, timing });
    const computed = (arm: string) =>
      summary.settings.find((setting) => setting.arm === arm)?.stepTimeSeconds;
    expect(computed('sam')).toBeCloseTo(40 * 0.2, 9);
    expect(computed('adam')).toBeCloseTo(90 * 0.1, 9);
    const table = computeTable(summary);
    const column = table.columns.findIndex(({ head }) => head === 'from step time');
    const training = table.columns.findIndex(({ head }) => head === 'training');
    const sam = table.rows.find(({ arm }) => arm === 'sam');
    expect(sam?.cells[column]?.text).toBe(duration(8));
    expect(sam?.cells[training]?.text).toMatch(/\*$/);
    expect(table.notes.join(' ')).toContain('the steps that ran × the median step of the timing phase');
    expect(markdownReport(summary, [table])).toContain('from step time');
    const shown = csv(summary).split('\r\n');
    expect(shown[0]?.split(',')).toContain('step_time_seconds');
  });

  it('are computed from nothing where no step was timed, and unmarked where cells ran alone', () => {
    const summary = summaryOf({ ...quickstart(seeds), timing: null });
    expect(summary.settings.every(({ stepTimeSeconds }) => stepTimeSeconds === null)).toBe(true);
    expect(computeTable(summary).notes.join(' ')).not.toMatch(/\*|From step time/);
  });
});

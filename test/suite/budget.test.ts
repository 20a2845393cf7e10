/** Budgets, counted by hand. */
import { describe, expect, it } from 'vitest';
import { budgetOf, gradientEvaluationsOf, gradientEvaluationsPerStep } from '../../src/suite/budget.js';
import type { CellSettings } from '../../src/suite/cell.js';
import { expandSuite } from '../../src/suite/expand.js';
import { loadSuite } from '../../src/suite/load.js';

function settingsOf(arm: string): CellSettings {
  const { cells } = expandSuite(loadSuite(new URL('../../suites/cifar10.json', import.meta.url).pathname));
  const cell = cells.find((one) => one.arm === arm);
  if (cell === undefined) throw new Error(`no cell of ${arm}`);
  return cell.settings;
}

describe('the budget of a cell', () => {
  it('drops the last partial batch: 45,000 images in batches of 128 are 351 steps an epoch', () => {
    expect(budgetOf(settingsOf('adam'))).toMatchObject({
      epochs: 100,
      steps: 35_100,
      gradientEvaluations: 35_100,
    });
  });

  it('counts two gradients a step of SAM', () => {
    expect(budgetOf(settingsOf('sam'))).toMatchObject({ steps: 35_100, gradientEvaluations: 70_200 });
  });

  it('counts 6 operations for a multiply-add of resnet20, 21.8 TFLOP for an epoch of 50,000 images', () => {
    const settings = { ...settingsOf('adam'), batch: 100, epochs: 1 };
    settings.data = { ...settings.data, train: 50_000 };
    // 72.5 million multiply-adds an image; the published figure is 435 MFLOP an image.
    expect(budgetOf(settings).flops / 1e12).toBeCloseTo(21.8, 1);
  });

  it('counts the steps of LookSAM by their kinds: 2 gradients in the first of every 5, 1 in the others', () => {
    const { optimizer, ...others } = settingsOf('sam');
    const looksam = { ...optimizer, name: 'looksam', k: 5, alpha: 0.7 };
    expect(gradientEvaluationsPerStep(looksam)).toBeCloseTo(1.2, 12);
    const budget = budgetOf({ ...others, optimizer: looksam, epochs: 1 });
    // 351 steps, of which 71 are whole: the last cycle has one step.
    expect(budget).toMatchObject({ steps: 351, gradientEvaluations: 351 + 71 });
  });

  it('counts a part of a gradient at the end as a whole one', () => {
    const { optimizer, ...others } = settingsOf('sam');
    const esam = { ...optimizer, name: 'esam', fraction: 0.25 };
    expect(gradientEvaluationsOf(esam, 351)).toBe(438.75);
    expect(budgetOf({ ...others, optimizer: esam, epochs: 1 }).gradientEvaluations).toBe(439);
  });

  it('is none where an epoch has no whole batch', () => {
    expect(budgetOf({ ...settingsOf('adam'), batch: 45_001 })).toMatchObject({ steps: 0, flops: 0 });
  });
});

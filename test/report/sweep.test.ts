/** Sweeps: which axis they are along, and which setting of the baseline stands beside them. */
import { describe, expect, it } from 'vitest';
import { sweepFigures } from '../../src/report/charts/sweep.js';
import { sweepsOf, sweepTables } from '../../src/report/tables/sweep.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import { type Made, summaryOf } from './render.js';
import { cellsOf, resultOf } from './synthetic.js';

const seeds = [1, 2, 3, 4, 5, 6, 7];

/** Adam at N and 2N with `rates`, SAM at N with `rhos`, both in groups of `ms` images. */
function made(rates: number[], rhos: number[], ms: number[], within: string[]): Made {
  const adam = ms.flatMap((m) =>
    rates.map((learningRate): OptimizerSettings => ({ name: 'adam', learningRate, m })),
  );
  const sam = ms.flatMap((m) =>
    rhos.map(
      (rho): OptimizerSettings => ({ name: 'sam', rho, m, base: { name: 'adam', learningRate: 0.001 } }),
    ),
  );
  const cells = cellsOf(
    'swept',
    [
      { name: 'adam', epochs: [20, 40], optimizers: adam, gradientsPerStep: 1, accuracy: () => 0 },
      { name: 'sam', epochs: [20], optimizers: sam, gradientsPerStep: 2, accuracy: () => 0 },
    ],
    seeds,
  );
  // The second rate is the best, and 2N is better than N at each.
  const results = cells.map((cell) => {
    const { optimizer, epochs } = cell.settings;
    const best = cell.arm === 'sam' || optimizer.learningRate === rates[1];
    return resultOf(cell, (best ? 0.6 : 0.3) + epochs / 1000);
  });
  const suite = {
    name: 'swept',
    version: 1,
    title: 'Sweeps',
    compare: { baseline: 'adam', candidate: 'sam', within },
  };
  return { suite, cells, results, timing: null };
}

describe('a suite that compares within an axis and tunes none', () => {
  const summary = summaryOf(made([0.001], [0.05], [16, 64, 256], ['m']));

  it('is swept along that axis, in a table for each arm', () => {
    expect(sweepsOf(summary)).toEqual([
      { arm: 'adam', down: 'm', across: null },
      { arm: 'sam', down: 'm', across: null },
    ]);
    const [, ofSam] = sweepTables(summary);
    expect(ofSam?.rows.map(({ cells }) => cells[0]?.text)).toEqual(['16', '64', '256']);
  });

  it('has one panel of all its values for each arm, without a flat line of the baseline, which has them too', async () => {
    const figures = await sweepFigures(summary);
    expect(figures.map(({ title, panels, across }) => [title, panels.length, across])).toEqual([
      ['adam: m', 1, 2],
      ['sam: m', 1, 2],
    ]);
    expect(figures.map(({ description }) => description).join(' ')).not.toContain('Flat lines');
  });
});

describe('a suite that compares within an axis and tunes another', () => {
  it('is swept along the tuned one, with the other across and a panel for each of its values', async () => {
    const summary = summaryOf(made([0.001], [0.05, 0.1, 0.2], [16, 64], ['m']));
    expect(sweepsOf(summary)).toContainEqual({ arm: 'sam', down: 'rho', across: 'm' });
    const figures = await sweepFigures(summary);
    expect(figures.map(({ title, panels }) => [title, panels.length])).toEqual([['sam: rho', 2]]);
  });
});

describe('the flat lines of a baseline with a grid of its own', () => {
  it('are those of the setting that stands for it, at each budget', async () => {
    const summary = summaryOf(made([0.0005, 0.001], [0.05, 0.1, 0.2], [64], []));
    const ofSam = (await sweepFigures(summary)).find(({ title }) => title === 'sam: rho');
    // All of SAM and the better rate of Adam end near 62 %: an axis that reached the worse rate would begin near 30 %.
    const labels = [...(ofSam?.panels[0]?.svg ?? '').matchAll(/>(\d+(?:\.\d+)?)<\/text>/g)];
    const percents = labels.map(([, text]) => Number(text)).filter((value) => value > 1);
    expect(percents.length).toBeGreaterThan(1);
    expect(Math.min(...percents)).toBeGreaterThan(55);
  });
});

/** The suite of the blog, shortened to seconds: its arms as they are, on a small network and few images. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.js';
import type { CellResult } from '../../src/results/result.js';
import { type Ended, root, sambench } from './command.js';
import { type Workplace, workplace } from './suite.js';

let place: Workplace;
let run: Ended;
let results: CellResult[];

beforeAll(async () => {
  const blog = JSON.parse(await readFile(path.join(root, 'suites', 'blog.json'), 'utf8'));
  const { arms, stop, schedule, compute, compare } = JSON.parse(
    JSON.stringify(blog).replaceAll('"m":128', '"m":16'),
  );
  // Eight groups a batch, as in the blog.
  place = await workplace({
    ...{ arms, stop, schedule, compute, compare, batch: 128, epochs: 2, seeds: blog.seeds },
    data: { name: 'cifar10', train: 256, validation: 64, test: 64, augment: blog.data.augment },
  });
  run = await sambench(place.bench('--seeds', '1', '--jobs', '1'));
  results = await place.results();
});
afterAll(() => place.remove());

const cell = (arm: string, epochs: number): CellResult => {
  const found = results.find((result) => result.arm === arm && result.settings.epochs === epochs);
  if (!found) throw new Error(`no result of ${arm} at ${epochs} epochs: ${run.stderr}`);
  return found;
};

const finding =
  'batch norm mended and adam as published (2 epochs) ended with the same weights, bit for bit, in the one seed that ' +
  'both finished: the sharpness-aware step of batch norm mended, which is sam-as-published, has no effect, and costs 2 times the gradient evaluations.';

describe('the suite of the blog, shortened', () => {
  it('ends sam-as-published in the weights of Adam, bit for bit, at twice the gradient evaluations', () => {
    const [adam, sam] = [cell('adam as published', 2), cell('batch norm mended', 2)];
    expect(sam.settings.optimizer.name).toBe('sam-as-published');
    expect(sam.final?.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(sam.final?.weightsSha256).toBe(adam.final?.weightsSha256);
    expect(sam.history.map(({ trainLoss }) => trainLoss)).toEqual(
      adam.history.map(({ trainLoss }) => trainLoss),
    );
    expect([adam.budget.gradientEvaluations, sam.budget.gradientEvaluations]).toEqual([4, 8]);
  });

  it('says so as a finding on the page, in the Markdown, in the summary and on the screen', async () => {
    const read = (kind: string) => readFile(path.join(place.folder, 'reports', `tiny.${kind}`), 'utf8');
    for (const kind of ['html', 'md']) expect(await read(kind)).toContain(finding);
    const summary: Summary = JSON.parse(await read('json'));
    expect(summary.findings).toContain(finding);
    expect(run.stdout).toContain(finding);
  });

  it('parts from Adam where the order is mended, or batch norm runs on moving statistics', () => {
    const adam = cell('adam as published', 2).final?.weightsSha256;
    for (const arm of ['sam as published', 'order mended', 'order and batch norm mended'])
      expect(cell(arm, 2).final?.weightsSha256).not.toBe(adam);
  });

  it('shows in every arm where the second gradient was taken, and whether moving statistics moved', () => {
    const seen = (arm: string) => {
      const { checks } = cell(arm, 2);
      return [Number(checks?.appliedNorm?.toFixed(3)), checks?.statisticsMoves];
    };
    expect(seen('sam as published')).toEqual([0, 0]);
    expect(seen('batch norm mended')).toEqual([0, 1]);
    expect(seen('order mended')).toEqual([0.05, 0]);
    expect(seen('order and batch norm mended')).toEqual([0.05, 1]);
  });
});

/** The table of published figures beside the measured ones. */
import { describe, expect, it } from 'vitest';
import { makeTables } from '../../src/report/tables/all.js';
import { filesOf, summaryOf } from './render.js';
import { quickstart } from './synthetic.js';

const made = quickstart([1, 2, 3]);
const figure = {
  label: 'As printed',
  arm: 'adam',
  metric: 'accuracy',
  value: 0.805,
  source: 'A paper',
} as const;
const published = [figure, { ...figure, metric: 'loss', value: 0.62044 } as const];
const study = { ...made, suite: { ...made.suite, published } };

describe('published figures', () => {
  it('stand beside every setting of their arm, accuracies in percent', () => {
    const { settings } = summaryOf(study);
    const means = settings.filter(({ arm }) => arm === 'adam').map(({ testAccuracy }) => testAccuracy?.mean);
    const rows = makeTables(summaryOf(study)).published?.rows.map(({ cells }) =>
      cells.map(({ text }) => text),
    );
    expect(rows?.map(([, , value, , setting]) => [value, setting])).toEqual([
      ['80.50', 'adam, 20 epochs'],
      ['80.50', 'adam, 40 epochs'],
      ['0.6204', 'adam, 20 epochs'],
      ['0.6204', 'adam, 40 epochs'],
    ]);
    const measured = rows?.slice(0, 2).map((row) => Number.parseFloat(row[3] ?? ''));
    expect(measured).toEqual(means.map((mean) => Number(((mean ?? 0) * 100).toFixed(2))));
  });

  it('are in every format that has tables', async () => {
    const { files } = await filesOf(study);
    const without = [...files].filter(
      ([name, text]) => !name.includes('figures') && !text.includes('As printed'),
    );
    expect(without.map(([name]) => name)).toEqual(['quickstart.csv']);
  });

  it('leave no trace where a suite has none', () => {
    expect(summaryOf(made).suite).not.toHaveProperty('published');
    expect(makeTables(summaryOf(made)).published).toBeNull();
  });
});

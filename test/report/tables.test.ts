/** How numbers are printed, and what the layouts hold. */
import { describe, expect, it } from 'vitest';
import { split } from '../../src/report/charts/figure.js';
import { rangeWithIntervals } from '../../src/report/charts/range.js';
import { seriesDashes, seriesShapes } from '../../src/report/charts/theme.js';
import { bytes, decimal, duration, flop, percent, significant, whole } from '../../src/report/number.js';
import { pValue } from '../../src/report/summarize/effect.js';
import type { SettingSummary } from '../../src/report/summary.js';
import { makeTables } from '../../src/report/tables/all.js';
import { differenceOf, errorOf } from '../../src/report/tables/figure.js';
import type { Table } from '../../src/report/tables/table.js';
import { summaryOf } from './render.js';
import { quickstart } from './synthetic.js';

const seeds = [1, 2, 3, 4, 5, 6];
const setting = (mean: number, half: number | null) =>
  ({
    testAccuracy: {
      n: 5,
      mean,
      sd: 0.01,
      low: half === null ? null : mean - half,
      high: half === null ? null : mean + half,
    },
    testLoss: { n: 5, mean: 0.4821, sd: 0.01, low: 0.4691, high: 0.4951 },
  }) as SettingSummary;

describe('numbers', () => {
  it.each([
    [errorOf(setting(0.973, 0.0012), 'accuracy'), '2.7±0.1'],
    [errorOf(setting(0.979, 0.0004), 'accuracy'), '2.1±<0.1'],
    [errorOf(setting(0.979, null), 'accuracy'), '2.1'],
    [errorOf(setting(0.5, 0.1), 'loss'), '0.482±0.013'],
    [
      differenceOf({ n: 3, mean: 0.0122, sd: 1, low: 0.0013, high: 0.023 }, 'accuracy'),
      '+1.22 (0.13 to 2.30)',
    ],
    [
      differenceOf({ n: 3, mean: -0.0122, sd: 1, low: -0.023, high: -0.0013 }, 'accuracy'),
      '−1.22 (−2.30 to −0.13)',
    ],
    [differenceOf({ n: 1, mean: 0.01, sd: null, low: null, high: null }, 'accuracy'), '+1.00'],
    [differenceOf(null, 'accuracy'), '–'],
    [whole(1234567), '1\u202f234\u202f567'],
    [whole(999), '999'],
    [percent(0.12345), '12.35'],
    [decimal(-1.5, 1), '−1.5'],
    [decimal(Number.NaN, 1), '–'],
    [decimal(Number.POSITIVE_INFINITY, 1), '–'],
    [significant(0.00012345), '0.000123'],
    [significant(0), '0'],
    [duration(0.84), '0.8\u202fs'],
    [duration(119.4), '119\u202fs'],
    [duration(750), '12.5\u202fmin'],
    [duration(11_520), '3.2\u202fh'],
    [flop(3.9e15), '3.90\u202fPFLOP'],
    [flop(0), '–'],
    [bytes(1.24e9), '1.24\u202fGB'],
    [pValue(0.0312), '0.031'],
    [pValue(0.001953125), '0.0020'],
    [pValue(0.00001), '< 0.0001'],
  ])('%s reads %s', (printed, expected) => {
    expect(printed).toBe(expected);
  });
});

describe('the layouts', () => {
  const summary = summaryOf(quickstart(seeds, [0, 0.4], [0.05, 0.1, 0.2]));
  const { layouts, choices, compute } = makeTables(summary);
  const layout = (name: string) => layouts.find((table) => table.name === name) as Table;
  const texts = ({ rows }: Table) => rows.map(({ cells }) => cells.map(({ text }) => text));

  it('are those that the axes ask for', () => {
    expect(layouts.map(({ name }) => name)).toEqual(['paper', 'budget', 'sweep', 'noise']);
    expect(makeTables(summaryOf(quickstart(seeds))).layouts.map(({ name }) => name)).toEqual([
      'paper',
      'budget',
    ]);
  });

  it('paper: a row for each task, a column for each arm at its chosen setting', () => {
    expect(layout('paper').columns.map(({ head }) => head)).toEqual(['network', 'data', 'adam', 'sam']);
    const rows = texts(layout('paper'));
    expect(rows.map(([network, data]) => [network, data])).toEqual([
      ['resnet8', 'cifar10, labelNoise 0'],
      ['resnet8', 'cifar10, labelNoise 0.4'],
    ]);
    const chosen = summary.settings.filter((each) => each.chosen && each.arm === 'sam');
    expect(rows.map((row) => row[3])).toEqual(chosen.map((each) => errorOf(each, 'accuracy')));
  });

  it('budget: a row for each number of epochs, nothing where an arm has no such budget', () => {
    const rows = texts(layout('budget'));
    expect(rows.map(([task, epochs]) => [task, epochs])).toEqual([
      ['labelNoise 0', '20'],
      ['labelNoise 0', '40'],
      ['labelNoise 0.4', '20'],
      ['labelNoise 0.4', '40'],
    ]);
    expect(rows.map((row) => row[3] === '–')).toEqual([false, true, false, true]);
  });

  it('sweep: rho down, the task across, shaded from the worst to the best', () => {
    const table = layout('sweep');
    expect(table.columns.map(({ head }) => head)).toEqual(['rho', 'labelNoise 0', 'labelNoise 0.4']);
    const heats = table.rows.flatMap(({ cells }) => cells.flatMap(({ heat }) => heat ?? []));
    expect([Math.min(...heats), Math.max(...heats), heats.length]).toEqual([0, 1, 6]);
    expect(texts(table).filter((row) => row.some((text) => text.includes('‡'))).length).toBeGreaterThan(0);
  });

  it('noise: accuracy, an arm a row, a noise level a column', () => {
    expect(layout('noise').columns.map(({ head }) => head)).toEqual(['arm', '0 %', '40 %']);
    expect(texts(layout('noise')).map(([arm]) => arm)).toEqual(['adam', 'sam']);
  });

  it('choices: what was tried, what was chosen and whether it lies at an edge', () => {
    const row = texts(choices as Table).find(([, arm]) => arm === 'sam');
    expect(row?.slice(0, 4)).toEqual(['labelNoise 0', 'sam', 'rho 0.05, 0.1, 0.2', '3']);
    expect(row?.[5]).toBe('best of 3 on validation');
  });

  it('compute: a row for each arm and budget, settings of equal cost together', () => {
    expect(texts(compute as Table).map((row) => row.slice(0, 3))).toEqual([
      ['adam', '20', '640'],
      ['adam', '40', '1\u202f280'],
      ['sam', '20', '1\u202f280'],
    ]);
  });
});

describe('charts', () => {
  it('tell series apart by dash and shape alone', () => {
    expect(new Set(seriesDashes.map((dash) => dash.join())).size).toBe(seriesDashes.length);
    expect(new Set(seriesShapes).size).toBe(seriesShapes.length);
  });

  it('are split before dashes repeat, the baseline in each part', () => {
    const charts = split([...Array(20).keys()], (item) => item === 0);
    expect(charts.every((chart) => chart.length <= seriesDashes.length && chart[0] === 0)).toBe(true);
    expect(new Set(charts.flat()).size).toBe(20);
  });

  it('do not let one wide interval hide all else', () => {
    const [low, high] = rangeWithIntervals([1, 2], [{ low: -100, high: 100 }]);
    expect(low).toBeGreaterThan(-1);
    expect(high).toBeLessThan(4);
  });
});

/** One dot a seed, with the mean and its interval: what the table's numbers are made of. */
import { labelOf, seriesScale } from '../label.js';
import { percent } from '../number.js';
import type { Summary } from '../summary.js';
import { type Chart, draw } from './draw.js';
import { ink, seriesColors, seriesShapes } from './theme.js';

/** Test accuracy of every seed of every setting, or null when no cell has finished. */
export async function seedChart(summary: Summary): Promise<Chart | null> {
  const rows = summary.settings.filter(({ testAccuracy }) => testAccuracy !== null);
  if (rows.length === 0) return null;
  const arms = [...new Set(summary.settings.map(({ arm }) => arm))];
  const labels = rows.map((setting) => labelOf(setting, summary));
  const dots = rows.flatMap((setting, index) =>
    setting.seeds.flatMap(({ seed, testAccuracy }) =>
      testAccuracy === null
        ? []
        : [{ setting: labels[index] ?? '', arm: setting.arm, seed, accuracy: testAccuracy * 100 }],
    ),
  );
  const means = rows.flatMap(({ testAccuracy }, index) =>
    testAccuracy === null
      ? []
      : [
          {
            setting: labels[index] ?? '',
            mean: testAccuracy.mean * 100,
            low: (testAccuracy.low ?? testAccuracy.mean) * 100,
            high: (testAccuracy.high ?? testAccuracy.mean) * 100,
          },
        ],
  );
  const y = { field: 'setting', type: 'nominal', sort: labels, title: null, axis: { labelLimit: 300 } };
  const svg = await draw({
    width: 560,
    height: { step: 34 },
    layer: [
      {
        data: { values: means },
        mark: { type: 'rule', color: ink, strokeWidth: 1.25, yOffset: 9 },
        encoding: {
          y,
          x: { field: 'low', type: 'quantitative', title: 'test accuracy, %', scale: { zero: false } },
          x2: { field: 'high' },
        },
      },
      {
        data: { values: means },
        mark: { type: 'tick', color: ink, thickness: 2, size: 12, yOffset: 9 },
        encoding: { y, x: { field: 'mean', type: 'quantitative' } },
      },
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 42, opacity: 0.85, yOffset: -4 },
        encoding: {
          y,
          x: { field: 'accuracy', type: 'quantitative' },
          color: { field: 'arm', type: 'nominal', scale: seriesScale(arms, seriesColors), legend: null },
          shape: { field: 'arm', type: 'nominal', scale: seriesScale(arms, seriesShapes), legend: null },
        },
      },
    ],
  });
  return {
    name: 'seeds',
    title: 'Test accuracy of every seed',
    description: 'One mark a seed; below each row of marks the mean with its 95 % interval.',
    svg,
    table: [
      ['setting', 'seed', 'test accuracy, %'],
      ...dots.map(({ setting, seed, accuracy }) => [setting, String(seed), percent(accuracy / 100)]),
    ],
  };
}

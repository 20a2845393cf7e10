/** What others printed beside what was measured here. */
import { labelOf } from '../label.js';
import { percent, significant } from '../number.js';
import type { Summary } from '../summary.js';
import { accuracyOf, errorOf } from './figure.js';
import { cell, numberColumn, type Table, textColumn } from './table.js';

/** One row for each published figure and setting of its arm; null where the suite has no published figures. */
export function publishedTable(summary: Summary): Table | null {
  const { published = [] } = summary.suite;
  if (published.length === 0) return null;
  return {
    name: 'published',
    title: 'Published and measured',
    caption:
      'Test figures as printed by their sources, and as measured here: mean over seeds ± half of the 95 % t interval.',
    columns: [
      textColumn('published as'),
      textColumn('figure'),
      numberColumn('published'),
      numberColumn('measured'),
      textColumn('setting here'),
      textColumn('source'),
    ],
    rows: published.flatMap(({ label, arm, metric, value, source }) =>
      summary.settings
        .filter((setting) => setting.arm === arm)
        .map((setting) => ({
          arm,
          cells: [
            cell(label),
            cell(metric === 'accuracy' ? 'test accuracy %' : 'test loss'),
            cell(metric === 'accuracy' ? percent(value) : significant(value, 4)),
            cell(metric === 'accuracy' ? accuracyOf(setting.testAccuracy) : errorOf(setting, 'loss')),
            cell(labelOf(setting, summary)),
            cell(source),
          ],
        })),
    ),
    notes: [
      'Published figures are of other code, and perhaps of a larger training; no verdict rests on them.',
    ],
  };
}

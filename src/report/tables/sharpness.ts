/** Sharpness of the weights found, where it was measured. */
import { labelOf } from '../label.js';
import { absent, significant } from '../number.js';
import type { Summary } from '../summary.js';
import { cell, numberColumn, type Table, textColumn } from './table.js';

/** One row for each setting with measures, a column for each measure; null without any. */
export function sharpnessTable(summary: Summary): Table | null {
  const { sharpness, sharpnessTau, settings } = summary;
  if (sharpness.length === 0) return null;
  const byId = new Map(settings.map((setting) => [setting.id, setting]));
  const measures = [...new Set(sharpness.flatMap(({ measures }) => Object.keys(measures)))].sort();
  return {
    name: 'sharpness',
    title: 'Sharpness',
    caption: 'Measures at the weights found: mean over seeds with the 95 % t interval.',
    columns: [textColumn('setting'), ...measures.map((measure) => numberColumn(measure))],
    rows: sharpness.map(({ setting, measures: own }) => {
      const found = byId.get(setting);
      return {
        arm: found?.arm ?? '',
        cells: [
          cell(found ? labelOf(found, summary) : setting),
          ...measures.map((measure) => {
            const figure = own[measure];
            if (!figure) return cell(absent);
            const { mean, low, high } = figure;
            return cell(
              low === null || high === null
                ? significant(mean, 4)
                : `${significant(mean, 4)} (${significant(low, 4)} to ${significant(high, 4)})`,
            );
          }),
        ],
      };
    }),
    notes: sharpnessTau.map(
      ({ measure, tau, n }) =>
        `Kendall’s τ between ${measure} and test accuracy over ${n} cells: ${tau.toFixed(2).replace('-', '\u2212')}.`,
    ),
  };
}

/** What the sharpness-aware settings did over all their steps. */
import type { MeanInterval } from '../../stats/t-interval.js';
import { labelOf } from '../label.js';
import { absent, percent, significant } from '../number.js';
import type { Summary } from '../summary.js';
import { cell, numberColumn, type Table, textColumn } from './table.js';

/** One row for each setting that reports any; null without one. */
export function diagnosticsTable(summary: Summary): Table | null {
  const { diagnostics, settings } = summary;
  if (diagnostics.length === 0) return null;
  const byId = new Map(settings.map((setting) => [setting.id, setting]));
  return {
    name: 'diagnostics',
    title: 'Perturbations',
    caption: 'Over all steps and seeds.',
    columns: [
      textColumn('setting'),
      numberColumn('distance of the gradient’s point from w'),
      numberColumn('steps that climbed, %'),
      numberColumn('cosine of the gradients'),
    ],
    rows: diagnostics.map(({ setting, appliedNorm, ascentShare, meanCosine }) => {
      const found = byId.get(setting);
      return {
        arm: found?.arm ?? '',
        cells: [
          cell(found ? labelOf(found, summary) : setting),
          cell(meanOf(appliedNorm)),
          cell(ascentShare ? percent(ascentShare.mean, 1) : absent),
          cell(meanOf(meanCosine)),
        ],
      };
    }),
    notes: [
      'A distance of 0 is a second gradient taken where the first was: the perturbation changes nothing.',
    ],
  };
}

function meanOf(figure: MeanInterval | null): string {
  return figure ? significant(figure.mean) : absent;
}

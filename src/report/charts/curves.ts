/** Learning curves: loss and accuracy over epochs, training and validation, with a band over seeds. */
import { labelOf, seriesScale } from '../label.js';
import { decimal } from '../number.js';
import type { Summary } from '../summary.js';
import { type Chart, draw } from './draw.js';
import { seriesColors, seriesDashes } from './theme.js';

type Quantity = 'trainLoss' | 'valLoss' | 'trainAccuracy' | 'valAccuracy';

const legend = { symbolType: 'stroke', symbolOpacity: 1, symbolFillColor: 'transparent' };

const panels: { quantity: Quantity; title: string; name: string; scale: number }[] = [
  { quantity: 'trainLoss', title: 'Training loss', name: 'training-loss', scale: 1 },
  { quantity: 'valLoss', title: 'Validation loss', name: 'validation-loss', scale: 1 },
  { quantity: 'trainAccuracy', title: 'Training accuracy, %', name: 'training-accuracy', scale: 100 },
  { quantity: 'valAccuracy', title: 'Validation accuracy, %', name: 'validation-accuracy', scale: 100 },
];

/** The four charts of the learning curves; those without any data are left out. */
export async function curveCharts(summary: Summary): Promise<Chart[]> {
  const labels = new Map(summary.settings.map((setting) => [setting.id, labelOf(setting, summary)]));
  const series = summary.curves.map(({ setting }) => labels.get(setting) ?? setting);
  const charts: Chart[] = [];
  for (const { quantity, title, name, scale } of panels) {
    const values = summary.curves.flatMap(({ setting, points }) =>
      points.flatMap((point) => {
        const value = point[quantity];
        if (value === null) return [];
        const { mean, low, high } = value;
        return [
          {
            series: labels.get(setting) ?? setting,
            epoch: point.epoch,
            mean: mean * scale,
            low: (low ?? mean) * scale,
            high: (high ?? mean) * scale,
          },
        ];
      }),
    );
    if (values.length === 0) continue;
    const svg = await draw({
      data: { values },
      width: 420,
      height: 220,
      encoding: {
        x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { tickMinStep: 1 } },
        color: { field: 'series', type: 'nominal', scale: seriesScale(series, seriesColors), legend },
        strokeDash: { field: 'series', type: 'nominal', scale: seriesScale(series, seriesDashes), legend },
      },
      layer: [
        {
          mark: { type: 'area', opacity: 0.15 },
          encoding: {
            y: { field: 'low', type: 'quantitative', title: null, scale: { zero: false } },
            y2: { field: 'high' },
          },
        },
        {
          mark: { type: 'line', strokeWidth: 1.75 },
          encoding: { y: { field: 'mean', type: 'quantitative' } },
        },
      ],
    });
    charts.push({
      name,
      title,
      description: `${title} over epochs: mean over seeds, with its 95 % interval as a band.`,
      svg,
      table: [
        ['setting', 'epoch', 'mean', 'low', 'high'],
        ...values.map(({ series, epoch, mean, low, high }) => [
          series,
          String(epoch),
          decimal(mean, 4),
          decimal(low, 4),
          decimal(high, 4),
        ]),
      ],
    });
  }
  return charts;
}

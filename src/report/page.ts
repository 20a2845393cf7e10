/** The page: what the summary holds, as words, tables and charts in one file. */
import type { Chart } from './charts/draw.js';
import { labelOf } from './label.js';
import { absent, decimal, duration, percent, whole } from './number.js';
import type { SettingSummary, Summary } from './summary.js';
import { render, trusted } from './template.js';

/** The charts of a page, drawn beforehand. */
export interface PageCharts {
  curves: Chart[];
  seeds: Chart[];
}

/** The whole page as HTML. It asks for nothing from outside and needs no script. */
export function page(summary: Summary, charts: PageCharts): string {
  return render('page', {
    title: summary.suite.title,
    verdict: progress(summary),
    rows: summary.settings.map((setting) => ({
      label: `${labelOf(setting, summary)}${setting.leaking ? ' (selected on test data)' : ''}`,
      accuracy: accuracy(setting),
      n: whole(setting.counts.finished),
      epochs: whole(setting.epochs),
      gradientEvaluations: whole(setting.gradientEvaluations),
      step: decimal(setting.stepMilliseconds, 1),
      wall: duration(setting.wallSeconds),
    })),
    curves: charts.curves.map(figure),
    seeds: charts.seeds.map((chart) => ({ ...figure(chart), wide: true })),
    failures: summary.settings.flatMap(({ seeds }) =>
      seeds
        .filter(({ status }) => status !== 'finished')
        .map(({ cell, status, error }) => ({ cell, status, error: error ?? absent })),
    ),
    environments: summary.environments.map((environment) =>
      Object.entries(environment).map(([name, value]) => ({ name, value: String(value ?? absent) })),
    ),
  });
}

/** Accuracy in percent with the half width of its interval: `81.32 ± 0.41`. */
export function accuracy({ testAccuracy }: SettingSummary): string {
  if (testAccuracy === null) return absent;
  const { mean, high } = testAccuracy;
  return high === null ? percent(mean) : `${percent(mean)} ± ${percent(high - mean)}`;
}

function progress({ counts }: Summary): string {
  const open = counts.planned - counts.finished;
  return open === 0
    ? `All ${counts.planned} cells have finished.`
    : `${counts.finished} of ${counts.planned} cells have finished.`;
}

function figure(chart: Chart) {
  const [head, ...rows] = chart.table;
  return { ...chart, svg: trusted(chart.svg), head: head ?? [], rows, wide: false };
}

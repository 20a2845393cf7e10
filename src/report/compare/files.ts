/** The comparison of two folders in every format. */
import { formatJson } from '../../results/format.js';
import { type Figure, panel, standalone } from '../charts/figure.js';
import { stripSpec } from '../charts/rows.js';
import { seriesColors, seriesShapes } from '../charts/theme.js';
import { absent, decimal } from '../number.js';
import { figureView, tableView } from '../page/table-view.js';
import { effect, pValue } from '../summarize/effect.js';
import { csvField } from '../tables/csv.js';
import { accuracyOf, differenceOf } from '../tables/figure.js';
import { latexTables } from '../tables/latex.js';
import { bullets, markdownParagraph, markdownTable } from '../tables/markdown.js';
import { cell, numberColumn, type Table, textColumn } from '../tables/table.js';
import { ownScript, render } from '../template.js';
import { type FolderComparison, folderComparisonSchema } from './comparison.js';
import { weightsText } from './sentence.js';

const mostRows = 24;

/** Every file of a comparison by its name within the folder of reports, the page first. */
export async function comparisonFiles(
  comparison: FolderComparison,
  name: string,
): Promise<Map<string, string>> {
  const { a, b, verdict } = comparison;
  const table = comparisonTable(comparison);
  const figure = await differencesFigure(comparison);
  const sides = [
    {
      name: 'A',
      value: `${a.name} (${a.finished} of ${a.cells} cells finished, suite ${a.suites.join(', ')})`,
    },
    {
      name: 'B',
      value: `${b.name} (${b.finished} of ${b.cells} cells finished, suite ${b.suites.join(', ')})`,
    },
  ];
  const html = render('compare', {
    ...ownScript(),
    verdict: verdict.sentence,
    limits: verdict.limits,
    sides,
    table: table.rows.length > 0 ? tableView(table) : null,
    figures: figure ? [figureView(figure)] : [],
  });
  const markdown = [
    '# Two folders of results',
    bullets(sides.map((side) => `${side.name}: ${side.value}`)),
    markdownParagraph(verdict.sentence),
    bullets(verdict.limits),
    markdownTable(table),
  ];
  const files = new Map([
    [`${name}.html`, html],
    [`${name}.md`, `${markdown.filter((part) => part !== '').join('\n\n')}\n`],
    [`${name}.tex`, latexTables([table], name)],
    [`${name}.csv`, csvOf(comparison)],
    [`${name}.json`, formatJson(comparison, folderComparisonSchema)],
  ]);
  for (const each of figure?.panels ?? []) {
    if (figure) files.set(`figures/${name}-${each.name}.svg`, standalone(figure, each));
  }
  return files;
}

/** One row for each setting that either folder has. */
export function comparisonTable({ rows }: FolderComparison): Table {
  return {
    name: 'settings',
    title: 'Settings',
    caption:
      'Test accuracy in percent over the n seeds that both folders finished; differences are B − A in points, ratios B / A.',
    columns: [
      textColumn('setting'),
      numberColumn('n'),
      numberColumn('A'),
      numberColumn('B'),
      numberColumn('B − A (95 % interval)'),
      numberColumn('p'),
      textColumn('weights'),
      numberColumn('training time'),
      numberColumn('step time'),
      numberColumn('memory'),
    ],
    rows: rows.map((row) => ({
      arm: row.arm,
      cells: [
        cell(row.label),
        cell(String(row.n)),
        cell(accuracyOf(row.accuracyA)),
        cell(accuracyOf(row.accuracyB)),
        cell(differenceOf(row.difference, 'accuracy')),
        cell(row.holmP === null ? absent : pValue(row.holmP)),
        cell(weightsText(row)),
        cell(decimal(row.timeRatio?.mean ?? null, 3)),
        cell(decimal(row.stepRatio, 3)),
        cell(decimal(row.memoryRatio?.mean ?? null, 3)),
      ],
    })),
    notes: [
      'p: exact two-sided sign-flip test, corrected by Holm’s method over all settings whose weights differ.',
      'Times compare only between equal machines (fingerprint) and cells that ran alone.',
    ],
  };
}

async function differencesFigure({ rows }: FolderComparison): Promise<Figure | null> {
  const shown = rows.filter(({ difference }) => difference !== null).slice(0, mostRows);
  if (shown.length === 0) return null;
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  const strips = shown.map(({ label, arm, cells, difference }) => ({
    label,
    values: cells.flatMap(({ accuracyA, accuracyB }) =>
      accuracyA === null || accuracyB === null ? [] : [(accuracyB - accuracyA) * 100],
    ),
    mean: (difference?.mean ?? 0) * 100,
    low: difference?.low == null ? null : difference.low * 100,
    high: difference?.high == null ? null : difference.high * 100,
    color: seriesColors[arms.indexOf(arm) % seriesColors.length] ?? '',
    shape: seriesShapes[arms.indexOf(arm) % seriesShapes.length] ?? 'circle',
  }));
  return {
    name: 'differences',
    title: 'Differences seed by seed',
    description:
      'One mark for each seed: test accuracy in B minus that in A. Below them the mean with its 95 % t interval.',
    legend: [],
    legendMark: 'mark',
    across: 2,
    panels: [await panel('differences', '', stripSpec(strips, 'B − A, points', { zero: true }))],
    table: {
      head: ['setting', 'seed', 'B − A, points'],
      texts: 1,
      rows: shown
        .flatMap(({ label, cells }) =>
          cells.flatMap(({ seed, accuracyA, accuracyB }) =>
            accuracyA === null || accuracyB === null
              ? []
              : [[label, String(seed), effect(accuracyB - accuracyA, 'accuracy')]],
          ),
        )
        .slice(0, 240),
      note: null,
    },
  };
}

function csvOf({ rows }: FolderComparison): string {
  const head = [
    'setting',
    'arm',
    'seed',
    'cell',
    'status_a',
    'status_b',
    'test_accuracy_a',
    'test_accuracy_b',
    'weights',
  ];
  const lines = rows.flatMap(({ label, arm, cells }) =>
    cells.map(({ seed, cell: id, statusA, statusB, accuracyA, accuracyB, weights }) =>
      [label, arm, seed, id, statusA, statusB, accuracyA, accuracyB, weights].map(csvField).join(','),
    ),
  );
  return `${[head.join(','), ...lines].join('\r\n')}\r\n`;
}

/** The text of a comparison for a terminal. */
export function comparisonText(comparison: FolderComparison): string {
  const { verdict } = comparison;
  return [verdict.sentence, ...verdict.limits.map((limit) => `  ${limit}`)].join('\n');
}

/** The index of a folder of reports: every suite with its verdict, and the trends of what was measured again and again. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { historyFile, readHistory, type Trend, trendsOf } from '../results/history.js';
import { trendFigures } from './charts/trend.js';
import { figureView, tableView } from './page/table-view.js';
import type { Summary } from './summary.js';
import { differenceOf } from './tables/figure.js';
import { cell, numberColumn, type Table, textColumn } from './tables/table.js';
import { ownScript, render } from './template.js';
import { writeText } from './write-text.js';

type Entry = Pick<Summary, 'suite' | 'verdict' | 'counts' | 'comparisons'>;

/**
 * Writes `<reportsDir>/index.html` over all summaries in the folder, with the trends of the history under `resultsDir`.
 * Returns the file. `repository` is the address under which commits are linked, or null. Throws `disk-failed`.
 */
export async function writeIndex(
  reportsDir: string,
  resultsDir: string,
  repository: string | null = null,
): Promise<string> {
  const entries = await readEntries(reportsDir);
  const trends = existsSync(historyFile(resultsDir)) ? trendsOf(await readHistory(resultsDir)) : [];
  return writeText(path.join(reportsDir, 'index.html'), await indexPage(entries, trends, repository));
}

/** The summaries of a folder, by name of the suite; files that are none are passed over. */
export async function readEntries(reportsDir: string): Promise<Entry[]> {
  const names = await readdir(reportsDir).catch(() => []);
  const entries: Entry[] = [];
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    try {
      const value: unknown = JSON.parse(await readFile(path.join(reportsDir, name), 'utf8'));
      if (isEntry(value) && name === `${value.suite.name}.json`) entries.push(value);
    } catch {
      // Another's file, or one cut short: no summary.
    }
  }
  return entries;
}

/** Whether a value has the parts of a summary that the index shows. A full check of its schema takes longer than all else. */
function isEntry(value: unknown): value is Entry {
  const { schema, suite, verdict, counts, comparisons } = (value ?? {}) as Partial<Summary>;
  return (
    schema === 1 &&
    [suite?.name, suite?.title, suite?.candidate, verdict?.sentence, verdict?.outcome].every(isText) &&
    typeof counts?.planned === 'number' &&
    typeof counts.finished === 'number' &&
    Array.isArray(comparisons) &&
    comparisons.every(
      ({ role, context, outcome, metric, difference }) =>
        [role, context, outcome, metric].every(isText) && typeof difference?.mean === 'number',
    )
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The index as HTML. */
export async function indexPage(
  entries: readonly Entry[],
  trends: readonly Trend[],
  repository: string | null,
): Promise<string> {
  const figures = await trendFigures(trends);
  const changes = trends.flatMap((trend) => changesOf(trend, repository));
  return render('index', {
    ...ownScript(),
    entries: entries.map((entry) => ({
      href: `${encodeURIComponent(entry.suite.name)}.html`,
      title: entry.suite.title,
      name: entry.suite.name,
      verdict: entry.verdict.sentence,
      status: `${entry.counts.finished} of ${entry.counts.planned} cells finished`,
    })),
    table: entries.length === 0 ? null : tableView(entriesTable(entries)),
    figures: figures.map(figureView),
    changes,
  });
}

function entriesTable(entries: readonly Entry[]): Table {
  return {
    name: 'suites',
    title: 'Suites',
    caption: 'The primary comparison of each suite; a suite over several tasks has one row for each.',
    columns: [
      textColumn('suite'),
      textColumn('task'),
      textColumn('outcome'),
      numberColumn('difference (95 % interval)'),
      numberColumn('n'),
      numberColumn('finished'),
    ],
    rows: entries.flatMap(({ suite, verdict, counts, comparisons }) => {
      const finished = cell(`${counts.finished} of ${counts.planned}`);
      const primaries = comparisons.filter(({ role }) => role === 'primary');
      if (primaries.length === 0) {
        return [
          {
            arm: '',
            cells: [cell(suite.name), cell(''), cell(verdict.outcome), cell('–'), cell('0'), finished],
          },
        ];
      }
      return primaries.map(({ context, outcome, difference, metric }) => ({
        arm: '',
        cells: [
          cell(suite.name),
          cell(context),
          cell(`${suite.candidate} ${outcome}`),
          cell(differenceOf(difference, metric)),
          cell(String(difference.n)),
          finished,
        ],
      }));
    }),
    notes: [],
  };
}

/** Every change point as a line: what changed, when, from which run to which. */
function changesOf(trend: Trend, repository: string | null) {
  const kinds = [
    ['accuracy', 'accuracy'],
    ['step time', 'stepMilliseconds'],
    ['peak memory', 'peakRssBytes'],
  ] as const;
  return kinds.flatMap(([name, field]) =>
    trend.changes[field].map((index) => {
      const commit = trend.runs[index]?.commit ?? null;
      return {
        text: `${trend.suite}, ${trend.setting}, machine ${trend.fingerprint}: a new level of ${name} begins on ${trend.runs[index]?.date ?? 'an unknown day'}`,
        commit: commit === null ? '' : commit.slice(0, 10),
        href:
          commit !== null && repository !== null && /^[0-9a-f]{7,64}$/.test(commit)
            ? `${repository}/commit/${commit}`
            : '',
      };
    }),
  );
}

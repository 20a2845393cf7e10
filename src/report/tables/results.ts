/** The main table: every setting with its test figures, seeds and paired difference to the baseline. */
import { labelOf } from '../label.js';
import { absent, whole } from '../number.js';
import { pValue, unitOf } from '../summarize/effect.js';
import type { ComparisonSummary, SettingSummary, Summary } from '../summary.js';
import { accuracyOf, differenceOf, errorHead, errorOf, type Metric } from './figure.js';
import { cell, numberColumn, type Table, textColumn } from './table.js';

/** All settings, one row each. */
export function resultsTable(summary: Summary): Table {
  const { suite, settings, comparisons, choices } = summary;
  const several = choices.some(({ by }) => by !== 'only');
  const notes = [
    `Difference: paired by seed, to the chosen setting of ${suite.baseline}, in ${unitOf(suite.metric)}.`,
    'p: exact two-sided sign-flip test, corrected by Holm’s method among the primary comparisons and among the others.',
  ];
  if (several) notes.push('‡ the setting that stands for its arm in the verdict.');
  if (settings.some(({ leaking }) => leaking))
    notes.push('† weights selected on the test data: too good to be true.');
  if (settings.some(({ pooled }) => pooled)) notes.push('§ seeds of several machines pooled.');
  if (settings.some(({ best }) => best)) {
    notes.push(
      'Bold: best of the settings that stand for their arms, and its paired 95 % interval against every other arm’s excludes zero.',
    );
  }
  return {
    name: 'results',
    title: 'Results',
    caption: 'Test figures: mean over n seeds ± half of the 95 % t interval.',
    columns: [
      textColumn('setting'),
      numberColumn(errorHead(suite.metric)),
      numberColumn('test accuracy %'),
      numberColumn('validation accuracy %'),
      numberColumn('n'),
      numberColumn('difference (95 % interval)'),
      numberColumn('p'),
    ],
    rows: settings.map((setting) => ({
      arm: setting.arm,
      cells: [
        cell(`${labelOf(setting, summary)}${marksOf(setting, several)}`),
        cell(errorOf(setting, suite.metric), setting.best),
        cell(accuracyOf(setting.testAccuracy), setting.best && suite.metric === 'accuracy'),
        cell(accuracyOf(setting.validationAccuracy)),
        cell(seedsOf(setting)),
        cell(differenceCell(setting, suite.metric)),
        cell(pOf(setting, comparisons)),
      ],
    })),
    notes,
  };
}

/** The difference; its number of pairs where it is not the n of the row. */
function differenceCell({ difference, testAccuracy }: SettingSummary, metric: Metric): string {
  const text = differenceOf(difference, metric);
  return difference === null || difference.n === testAccuracy?.n ? text : `${text}, n ${difference.n}`;
}

function marksOf({ chosen, leaking, pooled }: SettingSummary, several: boolean): string {
  return `${chosen && several ? '‡' : ''}${leaking ? '†' : ''}${pooled ? '§' : ''}`;
}

/** `10`, or `7 of 10` where seeds are lost. */
function seedsOf({ testAccuracy, counts }: SettingSummary): string {
  const n = testAccuracy?.n ?? 0;
  return n === counts.planned ? whole(n) : `${whole(n)} of ${whole(counts.planned)}`;
}

function pOf({ id }: SettingSummary, comparisons: readonly ComparisonSummary[]): string {
  const own = comparisons.find(({ role, candidate }) => role !== 'budget' && candidate === id);
  return own && own.difference.n >= 2 ? pValue(own.holmP ?? own.p) : absent;
}

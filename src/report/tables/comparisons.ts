/** The comparisons in full: other tests, other intervals and the smallest effect that the seeds could have shown. */
import { labelOf } from '../label.js';
import { absent, decimal, percent } from '../number.js';
import { effect, pValue, unitOf } from '../summarize/effect.js';
import type { ComparisonSummary, Summary } from '../summary.js';
import { differenceOf } from './figure.js';
import { cell, numberColumn, type Table, textColumn } from './table.js';

/** One row for each comparison; null without any. */
export function comparisonsTable(summary: Summary): Table | null {
  const { comparisons, suite, settings } = summary;
  if (comparisons.length === 0) return null;
  const byId = new Map(settings.map((setting) => [setting.id, setting]));
  const name = (id: string) => {
    const setting = byId.get(id);
    return setting ? labelOf(setting, summary) : id;
  };
  const primary = comparisons.filter(({ role }) => role === 'primary').length;
  const others = comparisons.filter(({ role }) => role === 'other').length;
  return {
    name: 'comparisons',
    title: 'Comparisons',
    caption: `One arm minus another, paired by seed, in ${unitOf(suite.metric)}.`,
    columns: [
      textColumn('comparison'),
      numberColumn('n'),
      numberColumn('difference (95 % interval)'),
      numberColumn('exact p'),
      numberColumn('Holm p'),
      numberColumn('Wilcoxon p'),
      numberColumn('d'),
      numberColumn('BCa interval'),
      numberColumn('better, %'),
      numberColumn('detectable'),
    ],
    rows: comparisons.map((comparison) => {
      const { difference, p, holmP, wilcoxonP, cohensD, detectable, bootstrap, metric } = comparison;
      const interval = bootstrap?.mean.interval;
      return {
        arm: byId.get(comparison.candidate)?.arm ?? '',
        cells: [
          cell(
            `${name(comparison.candidate)} − ${byId.get(comparison.baseline)?.label ?? comparison.baseline}`,
          ),
          cell(String(difference.n)),
          cell(differenceOf(difference, metric)),
          cell(difference.n < 2 ? absent : pValue(p)),
          cell(holmP === null || difference.n < 2 ? absent : pValue(holmP)),
          cell(difference.n < 2 ? absent : pValue(wilcoxonP)),
          cell(decimal(cohensD, 2)),
          cell(interval ? `${effect(interval.low, metric)} to ${effect(interval.high, metric)}` : absent),
          cell(above(comparison)),
          cell(effect(detectable, metric)),
        ],
      };
    }),
    notes: [
      'Exact p: two-sided sign-flip permutation test of the paired differences. d: mean over SD of the paired differences.',
      `Holm p: corrected within the ${count(primary, 'primary comparison')}${others > 0 ? ` and, apart from ${primary === 1 ? 'it' : 'them'}, within the ${count(others, 'other')}` : ''}; comparisons with the baseline’s further settings answer no new question and are in no family.`,
      'Better: chance, in percent, that a seed of the arm does better than a seed of the baseline. Detectable: smallest true difference that a t test of so many pairs finds with 80 % power.',
    ],
  };
}

function count(number: number, what: string): string {
  return number === 1 ? `one ${what}` : `${number} ${what}s`;
}

// The summary holds P(A > B) in the metric; of losses the smaller one is better.
function above({ bootstrap, metric }: ComparisonSummary): string {
  if (!bootstrap) return absent;
  const { value } = bootstrap.probabilityAbove;
  return percent(metric === 'accuracy' ? value : 1 - value, 0);
}

/** The table at the end of `bench`: one row for each setting, its seeds taken together. */
import { labelOf } from '../report/label.js';
import { absent, decimal, duration, percent, whole } from '../report/number.js';
import type { SettingSummary, StatusCounts, Summary } from '../report/summary.js';
import { oneLine } from './plan-text.js';
import { textTable } from './text-table.js';

// The last column is shown only where there is something to note.
const heads = ['setting', 'n', 'test accuracy %', 'epochs', 'gradients', 'step ms', 'wall time', 'notes'];

/** The settings of a summary as a table of text. */
export function summaryTable(summary: Summary): string {
  const rows = summary.settings.map((setting) => [
    oneLine(labelOf(setting, summary)),
    String(setting.testAccuracy?.n ?? 0),
    accuracy(setting),
    // What ran: an early stop leaves less than was planned.
    spent(setting.spent?.epochs),
    spent(setting.spent?.gradientEvaluations),
    decimal(setting.stepMilliseconds, 1),
    `${duration(setting.wallSeconds)}${setting.contended ? ' *' : ''}`,
    [setting.leaking ? 'selected on test' : '', lost(setting.counts)].filter(Boolean).join(', '),
  ]);
  const notes = ['Test accuracy is the mean over n seeds ± half its 95 % t interval.'];
  if (summary.settings.some(({ contended }) => contended)) {
    notes.push(
      '* Cells ran side by side or on a busy machine: their wall times are not comparable; step times, and the times that the report computes from them, are.',
    );
  }
  const shown = rows.some((row) => row.at(-1)) ? heads : heads.slice(0, -1);
  const aligned = textTable(shown, rows, [
    'n',
    'test accuracy %',
    'epochs',
    'gradients',
    'step ms',
    'wall time',
  ]);
  return `${aligned}\n\n${notes.join('\n')}`;
}

function spent(amount: number | undefined): string {
  return amount === undefined ? absent : Number.isInteger(amount) ? whole(amount) : decimal(amount, 1);
}

function accuracy({ testAccuracy }: SettingSummary): string {
  if (testAccuracy === null) return absent;
  const { mean, low, high } = testAccuracy;
  return low === null || high === null ? percent(mean) : `${percent(mean)} ± ${percent((high - low) / 2)}`;
}

/** `2 failed, 1 missing`, or nothing where all cells finished. */
export function lost(counts: StatusCounts): string {
  return (['diverged', 'failed', 'timeout', 'missing'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(', ');
}

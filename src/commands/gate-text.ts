/** The report of the gate for a terminal. */
import { printable } from '../gate/escape.js';
import type { GateReport } from '../gate/judge.js';
import { byUrgency, effectText, headline, limitText, shorten } from '../gate/words.js';
import { textTable } from './text-table.js';

/** A table of the checks, what needs a word, and the verdict in the last line. */
export function gateText(report: GateReport): string {
  const checks = byUrgency(report.checks);
  const rows = checks.map((each) => [
    each.verdict === 'fail' || each.verdict === 'incomplete' ? each.finding.toUpperCase() : each.finding,
    each.kind,
    printable(each.subject),
    String(each.n),
    effectText(each.effect),
    limitText(each.effect),
  ]);
  const table = textTable(['result', 'check', 'of', 'n', 'effect', 'limit'], rows, ['n']);
  const notable = checks.filter(
    ({ finding, verdict }) =>
      verdict === 'fail' ||
      verdict === 'incomplete' ||
      ['inconclusive', 'skipped', 'numbers changed'].includes(finding),
  );
  const notes = notable.flatMap((each) => [
    `${each.kind} of ${printable(each.subject)}: ${printable(each.reason)}`,
    ...shorten(each.details).map((line) => `  ${printable(line)}`),
  ]);
  const open = report.checks.filter(({ finding }) => finding === 'inconclusive').length;
  const loud =
    open > 0 && report.rule.inconclusive === 'pass'
      ? [`INCONCLUSIVE: ${open} checks cannot tell and pass; --inconclusive fail makes them fail.`]
      : [];
  return [table, '', ...notes, ...(notes.length > 0 ? [''] : []), ...loud, printable(headline(report))].join(
    '\n',
  );
}

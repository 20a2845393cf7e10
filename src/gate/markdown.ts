/** The report of the gate as Markdown, for a comment on a pull request or the summary of a CI step. */
import type { Check } from './check.js';
import { code, prose } from './escape.js';
import type { GateReport } from './judge.js';
import { byUrgency, effectText, headline, limitText, shorten } from './words.js';

/** The mark by which a workflow finds the comment that it wrote before. */
export function commentMark(suite: string): string {
  return `<!-- sambench-gate ${suite.replaceAll(/[^a-z0-9-]/g, '')} -->`;
}

/** Markdown that reads well as plain text too: the verdict, a table of the checks, the cells concerned. */
export function markdown(report: GateReport): string {
  const { suite, checks, rule, run, baseline } = report;
  const sign = { passed: '✅', regression: '❌', incomplete: '⚠️' }[report.verdict];
  const rows = byUrgency(checks).map((each) => [
    each.kind,
    code(each.subject),
    String(each.n),
    effectText(each.effect),
    limitText(each.effect),
    resultOf(each),
  ]);
  const notable = byUrgency(checks).filter(
    ({ finding, verdict }) =>
      ['inconclusive', 'skipped', 'numbers changed'].includes(finding) ||
      verdict === 'fail' ||
      verdict === 'incomplete',
  );
  return [
    commentMark(suite),
    `## ${sign} sambench gate: ${prose(headline(report))}`,
    '',
    ...table(['check', 'of', 'n', 'effect', 'limit', 'result'], rows),
    '',
    ...notable.flatMap((each) => [
      `- ${each.kind} of ${code(each.subject)}: ${prose(each.reason)}`,
      ...shorten(each.details).map((line) => `  - ${code(line)}`),
    ]),
    ...(notable.length > 0 ? [''] : []),
    `This run: ${sideOf(run)}. Baseline: ${sideOf(baseline)}.`,
    `Intervals are at ${percentOf(1 - rule.alpha)} %. Accuracy is paired by seed; Holm's correction is over all settings.`,
    '',
  ].join('\n');
}

function resultOf({ finding, verdict }: Check): string {
  if (verdict === 'fail' || verdict === 'incomplete') return `**${finding}**`;
  return finding;
}

function sideOf({ commits, machines }: GateReport['run']): string {
  const commit =
    commits.length > 0 ? `commit ${commits.map((each) => code(each.slice(0, 12))).join(', ')}` : 'no commit';
  return `${commit}, machine ${machines.map(code).join(', ') || 'unknown'}`;
}

/** Columns are padded, so that the table reads without being rendered. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(heads), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)];
}

function percentOf(fraction: number): string {
  return String(Number((fraction * 100).toFixed(3)));
}

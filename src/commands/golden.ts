/** `sambench golden DIR`: compares this program's own steps with reference numbers, case by case. */
import picomatch from 'picomatch';
import { loadEngine } from '../engine/load.js';
import { exitCodes, SambenchError } from '../errors.js';
import { type GoldenRow, runGolden } from '../golden/run.js';
import { startProgram } from '../train/prepare.js';
import type { CommandResult, Surroundings } from './command-result.js';
import { stageView } from './stages.js';
import { textTable } from './text-table.js';

export interface GoldenFlags {
  /** Glob over the names of the cases. */
  only?: string;
  threads?: number;
  eager?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/**
 * Runs the golden cases of `folder`; exit code 1 where one is beyond its tolerance, else 3 where one has an unknown rule.
 * @throws SambenchError for a folder that is none and for a failing engine.
 */
export async function golden(
  folder: string,
  flags: GoldenFlags,
  { progress, provide }: Pick<Surroundings, 'progress' | 'provide'>,
): Promise<CommandResult> {
  const view = stageView(progress, flags.quiet === true);
  const never = new AbortController();
  await provide(null, view.show, never.signal).finally(view.close);
  // oneDNN sums over a batch less exactly than the references do, which is enough to push a rectifier's input across zero
  // in the sharp cases; a case asks whether the rule is right, so it runs on the exact kernels.
  await loadEngine({ threads: flags.threads ?? 1, oneDnn: false, verbose: flags.verbose === true });
  const rows: GoldenRow[] = [];
  const start: Parameters<typeof runGolden>[1] = (step) => startProgram(step, 1, flags.eager === true);
  const isWanted = flags.only === undefined ? () => true : picomatch(flags.only);
  for (const row of runGolden(folder, start, isWanted)) {
    rows.push(row);
    if (!flags.quiet) progress.write(`${row.case}: ${row.status}\n`);
  }
  if (rows.length === 0) {
    throw new SambenchError('flag-invalid', {
      path: '--only',
      problem: 'matches no case',
      value: flags.only,
      fix: 'Leave it out to run all.',
    });
  }
  return { text: describe(rows), data: { rows }, exitCode: verdict(rows) };
}

function verdict(rows: readonly GoldenRow[]): number {
  if (rows.some(({ status }) => status === 'failed')) return exitCodes.regression;
  return rows.some(({ status }) => status === 'unknown') ? exitCodes.incompleteCells : exitCodes.done;
}

function describe(rows: readonly GoldenRow[]): string {
  const heads = ['case', 'status', 'numbers', 'farthest', 'deviation', 'tolerance', 'share'];
  const lines = rows.map(({ case: name, status, compared, worst }) => [
    name,
    status,
    String(compared),
    worst?.quantity ?? '',
    worst ? worst.deviation.toExponential(1) : '',
    worst ? worst.tolerance.toExponential(1) : '',
    worst ? worst.ratio.toFixed(3) : '',
  ]);
  const table = textTable(heads, lines, ['numbers', 'deviation', 'tolerance', 'share']);
  const failures = rows.flatMap(({ case: name, failures: beyond }) =>
    [...beyond]
      .sort((left, right) => right.ratio - left.ratio)
      .slice(0, 5)
      .map(
        ({ quantity, deviation, tolerance }) =>
          `  ${name}: ${quantity} is off by ${deviation.toExponential(3)}, tolerance ${tolerance.toExponential(3)}`,
      ),
  );
  const count = (status: GoldenRow['status']) => rows.filter((row) => row.status === status).length;
  const summary = `${count('passed')} passed, ${count('failed')} failed, ${count('unknown')} of an unknown rule.`;
  return [table, '', ...(failures.length > 0 ? ['Beyond tolerance:', ...failures, ''] : []), summary].join(
    '\n',
  );
}

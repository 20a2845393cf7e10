/** `sambench baseline save SUITE DIR`: writes the small file that `gate` compares later runs with. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { commandLine } from '../command-line.js';
import { exitCodes, SambenchError } from '../errors.js';
import { formatBaseline } from '../gate/baseline.js';
import { storedSuite } from '../results/step-times.js';
import { expandSuite } from '../suite/expand.js';
import { loadSuite } from '../suite/load.js';
import { baselineFile, readRun } from './baseline-files.js';
import type { CommandResult } from './command-result.js';

/**
 * Writes `<folder>/<suite>.json` from the results of the suite in `file`.
 * @throws SambenchError exit 3 while a cell has no finished result: a baseline with gaps would hide regressions.
 */
export async function baseline(
  action: string,
  file: string,
  folder: string,
  { results }: { results: string },
): Promise<CommandResult> {
  if (action !== 'save') {
    throw new SambenchError('flag-invalid', {
      path: 'baseline',
      problem: 'has no such action',
      value: action,
      fix: `Write ${commandLine('baseline', 'save', 'SUITE', 'DIR')}.`,
    });
  }
  const suite = await storedSuite(loadSuite(file).suite, results, file);
  const { cells } = expandSuite({ suite });
  const run = await readRun(results, suite, cells);
  const finished = new Set(run.cells.filter(({ status }) => status === 'finished').map(({ cell }) => cell));
  const unfinished = cells.filter(({ id }) => !finished.has(id)).map(({ id }) => id);
  if (unfinished.length > 0) {
    const shown = unfinished.slice(0, 5).join(', ');
    throw new SambenchError('cells-incomplete', {
      file: path.join(results, suite.name),
      problem: `has no finished result for ${unfinished.length} of ${cells.length} cells: ${shown}${unfinished.length > 5 ? ', …' : ''}`,
      fix: `Run ${commandLine('bench', file, '--retry-failed')} first.`,
    });
  }
  const target = baselineFile(folder, suite.name);
  await write(target, formatBaseline(run));
  const untimed = run.timing === null ? ' It has no step times: the timing phase has not run.' : '';
  return {
    text: `Baseline of ${cells.length} cells: ${target}${untimed}`,
    data: { suite: suite.name, file: target, cells: cells.length, timed: run.timing !== null },
    exitCode: exitCodes.done,
  };
}

/** Writes a file that the user named, with its folder. */
export async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
  } catch (error) {
    throw new SambenchError('disk-failed', {
      file,
      problem: `cannot be written (${(error as Error).message})`,
      fix: 'Name another file, or make room.',
    });
  }
}

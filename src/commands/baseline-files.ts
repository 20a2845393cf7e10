/** Where a baseline is on disk, and what a run looks like to the gate. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { commandLine } from '../command-line.js';
import { SambenchError } from '../errors.js';
import { parseBaseline } from '../gate/baseline.js';
import { condenseRun, type GateRun } from '../gate/run.js';
import type { CellResult } from '../results/result.js';
import { openStore } from '../results/store.js';
import type { Cell } from '../suite/cell.js';
import type { Suite } from '../suite/suite.js';

/** The file of a suite's baseline in the folder `folder`. */
export function baselineFile(folder: string, suite: string): string {
  return path.join(folder, `${suite}.json`);
}

/**
 * The baseline of `suite` in `folder`: the file that `baseline save` wrote, or else a folder of results, which may be the
 * suite's own or the one above it.
 * @throws SambenchError exit 2 for no such folder or a file that is none; exit 3 where the folder holds nothing of the suite.
 */
export async function readBaseline(folder: string, suite: Suite, planned: readonly Cell[]): Promise<GateRun> {
  if (!(await isFolder(folder))) {
    throw new SambenchError('flag-invalid', {
      path: '--baseline',
      problem: 'is no folder',
      value: folder,
      fix: `Write a baseline there with ${commandLine('baseline', 'save')}.`,
    });
  }
  const file = baselineFile(folder, suite.name);
  const text = await readText(file);
  if (text !== null) return parseBaseline(text, file, suite.name);
  const above =
    path.basename(path.resolve(folder)) === suite.name ? path.dirname(path.resolve(folder)) : folder;
  const run = await readRun(above, suite, planned);
  if (run.cells.length > 0) return run;
  throw new SambenchError('nothing-to-compare', {
    file: folder,
    problem: `holds no baseline of the suite ${suite.name}`,
    fix: `Write ${path.basename(file)} there with ${commandLine('baseline', 'save')}.`,
  });
}

/** The results of the planned cells under `resultsDir`; those of other versions of the suite have other ids. */
export async function readRun(resultsDir: string, suite: Suite, planned: readonly Cell[]): Promise<GateRun> {
  const store = openStore(resultsDir, suite.name);
  const results: CellResult[] = [];
  for (const { id } of planned) {
    const result = await store.read(id);
    if (result) results.push(result);
  }
  return condenseRun(suite, results, await store.readTiming());
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false;
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new SambenchError('disk-failed', {
      file,
      problem: `cannot be read (${(error as Error).message})`,
      fix: 'Make the file readable.',
    });
  }
}

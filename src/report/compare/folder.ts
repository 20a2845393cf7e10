/** One of two folders of results: its files, read without knowing their suite. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { SambenchError } from '../../errors.js';
import type { CellResult, TimingResult } from '../../results/result.js';
import { defectOfResult, defectOfTiming } from '../../results/schema.js';
import { otherFiles } from '../../results/store.js';
import { type CellRecord, condense } from '../summarize/record.js';

export interface ResultFolder {
  /** The folder as the user named it. */
  name: string;
  records: CellRecord[];
  timing: TimingResult | null;
}

/**
 * Reads all results of a folder, or of its only subfolder that has any, as `results/` may have.
 * @throws SambenchError exit 2 for a folder that is missing, has no or several sets of results, or a broken file.
 */
export async function readResultFolder(name: string): Promise<ResultFolder> {
  const entries = await readdir(name, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.message})`;
    throw new SambenchError(
      'result-invalid',
      { file: name, problem, fix: 'Name a folder of results, e.g. results/quickstart.' },
      { cause: error },
    );
  });
  const own = resultNames(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
  if (own.length > 0) return readFiles(name, name, own);
  const filled: [string, string[]][] = [];
  for (const entry of entries.filter((each) => each.isDirectory() && !each.name.startsWith('.'))) {
    const folder = path.join(name, entry.name);
    const names = resultNames(await readdir(folder));
    if (names.length > 0) filled.push([folder, names]);
  }
  const [only, ...more] = filled;
  if (!only) {
    throw new SambenchError('result-invalid', {
      file: name,
      problem: 'holds no result files',
      fix: 'Name a folder of results, e.g. results/quickstart.',
    });
  }
  if (more.length > 0) {
    throw new SambenchError('result-invalid', {
      file: name,
      problem: `holds the results of ${filled.length} suites`,
      fix: `Name one of them, e.g. ${only[0]}.`,
    });
  }
  return readFiles(name, only[0], only[1]);
}

function resultNames(names: readonly string[]): string[] {
  return names
    .filter((name) => name.endsWith('.json') && !name.startsWith('.') && !otherFiles.has(name))
    .sort();
}

async function readFiles(name: string, folder: string, names: readonly string[]): Promise<ResultFolder> {
  const records: CellRecord[] = [];
  for (const each of names) {
    const file = path.join(folder, each);
    const value = await readJson(file);
    const defect = defectOfResult(value);
    if (defect) {
      const { path: place, problem, value: found } = defect;
      throw new SambenchError('result-invalid', {
        file,
        ...(place ? { path: place } : {}),
        problem,
        value: found,
        fix: 'Move the file out of the folder.',
      });
    }
    records.push(condense(value as CellResult));
  }
  const timing = await readJson(path.join(folder, 'timing.json')).catch(() => null);
  return {
    name,
    records,
    timing: timing !== null && !defectOfTiming(timing) ? (timing as TimingResult) : null,
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new SambenchError(
      'result-invalid',
      { file, problem: `is not JSON (${(error as Error).message})`, fix: 'Move the file out of the folder.' },
      { cause: error },
    );
  }
}

/**
 * The results of one suite on disk: `<results>/<suite>/<cell id>.json`, `timing.json`, `wall-time.json` and the folder of checkpoints.
 * Files appear whole or not at all, and a finished result is never overwritten.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { remedyOf } from '../disk-remedy.js';
import { SambenchError } from '../errors.js';
import { formatJson } from './format.js';
import type { CellResult, TimingResult, WallTimeResult } from './result.js';
import {
  cellResultSchema,
  type Defect,
  defectOfResult,
  defectOfTiming,
  defectOfWallTime,
  timingSchema,
  wallTimeSchema,
} from './schema.js';

const timingFile = 'timing.json';
/** Where the step times are from which a suite of equal wall time chose its epochs. */
export const wallTimeFile = 'wall-time.json';
/** JSON files of the folder that are no results of cells. */
export const otherFiles: ReadonlySet<string> = new Set([timingFile, wallTimeFile]);

/** The results folder of one suite. All errors are `SambenchError`s: `result-invalid` or `disk-failed`. */
export interface ResultStore {
  suite: string;
  /** The suite's own folder. */
  folder: string;
  /** Where checkpoints are kept; made when the first is written. */
  checkpoints: string;
  /** All results of the folder, sorted by cell id. */
  readAll(): Promise<CellResult[]>;
  /** The result of one cell, or null when it has none. */
  read(cell: string): Promise<CellResult | null>;
  /** Writes a result atomically. Replaces one that did not finish; refuses to replace a finished one. */
  write(result: CellResult): Promise<void>;
  /** Removes the result and the checkpoints of a cell, if there are any. */
  forget(cell: string): Promise<void>;
  /** Removes the checkpoints of a cell: `<cell>` and `<cell>.*` in the folder of checkpoints. */
  forgetCheckpoints(cell: string): Promise<void>;
  readTiming(): Promise<TimingResult | null>;
  writeTiming(timing: TimingResult): Promise<void>;
  readWallTime(): Promise<WallTimeResult | null>;
  writeWallTime(measured: WallTimeResult): Promise<void>;
}

/** Opens the results of `suite` under `resultsDir`. Reads nothing and makes no folder until something is written. */
export function openStore(resultsDir: string, suite: string): ResultStore {
  const folder = path.join(resultsDir, suite);
  const checkpoints = path.join(folder, '.checkpoints');
  const fileOf = (cell: string) => path.join(folder, `${cell}.json`);

  const read = async (cell: string): Promise<CellResult | null> => {
    const file = fileOf(cell);
    const value = await readJson(file);
    if (value === undefined) return null;
    const defect = defectOfResult(value) ?? misplaced(value as CellResult, suite, cell);
    if (defect) throw invalid(file, defect);
    return value as CellResult;
  };

  const forgetCheckpoints = async (cell: string): Promise<void> => {
    const own = (await list(checkpoints)).filter((name) => name === cell || name.startsWith(`${cell}.`));
    await Promise.all(own.map((name) => rm(path.join(checkpoints, name), { force: true, recursive: true })));
  };

  return {
    suite,
    folder,
    checkpoints,
    read,
    async readAll() {
      const cells = (await list(folder))
        .filter((name) => name.endsWith('.json') && !name.startsWith('.') && !otherFiles.has(name))
        .map((name) => name.slice(0, -'.json'.length))
        .sort();
      const results: CellResult[] = [];
      for (const cell of cells) {
        const result = await read(cell);
        if (result) results.push(result);
      }
      return results;
    },
    async write(result) {
      const file = fileOf(result.cell);
      const defect = defectOfResult(result) ?? misplaced(result, suite, result.cell);
      if (defect) throw invalid(file, defect, 'Nothing was written; please report this.');
      if ((await read(result.cell))?.status === 'finished') {
        throw new SambenchError('result-invalid', {
          problem: 'holds a finished result, which is never overwritten',
          file,
          fix: 'Run with --fresh to discard finished results first.',
        });
      }
      await writeFile(file, formatJson(result, cellResultSchema));
    },
    async forget(cell) {
      await rm(fileOf(cell), { force: true });
      await forgetCheckpoints(cell);
    },
    forgetCheckpoints,
    async readTiming() {
      return (await readMeasurement(path.join(folder, timingFile), defectOfTiming)) as TimingResult | null;
    },
    writeTiming: (timing) =>
      writeMeasurement(path.join(folder, timingFile), timing, defectOfTiming, timingSchema),
    async readWallTime() {
      const fix = 'Restore the file: the cells of this folder depend on it.';
      const found = await readMeasurement(path.join(folder, wallTimeFile), defectOfWallTime, fix);
      return found as WallTimeResult | null;
    },
    writeWallTime: (measured) =>
      writeMeasurement(path.join(folder, wallTimeFile), measured, defectOfWallTime, wallTimeSchema),
  };
}

/** What a file of a whole grid holds, null where there is none; throws `result-invalid` for a defect. */
async function readMeasurement(
  file: string,
  defectOf: (value: unknown) => Defect | null,
  fix?: string,
): Promise<unknown> {
  const value = await readJson(file);
  if (value === undefined) return null;
  const defect = defectOf(value);
  if (defect) throw invalid(file, defect, fix);
  return value;
}

async function writeMeasurement(
  file: string,
  value: unknown,
  defectOf: (value: unknown) => Defect | null,
  schema: Parameters<typeof formatJson>[1],
): Promise<void> {
  const defect = defectOf(value);
  if (defect) throw invalid(file, defect, 'Nothing was written; please report this.');
  await writeFile(file, formatJson(value, schema));
}

/** Throws `disk-failed` unless results can be written to the store's folder, which it makes. */
export async function ensureWritable(store: ResultStore): Promise<void> {
  const probe = path.join(store.folder, `.probe-${process.pid}`);
  await writeFile(probe, '');
  await rm(probe, { force: true });
}

function misplaced(result: CellResult, suite: string, cell: string): Defect | null {
  if (result.suite !== suite) {
    return { path: 'suite', problem: `is not the suite of this folder, ${suite}`, value: result.suite };
  }
  if (result.cell !== cell) {
    return { path: 'cell', problem: 'is not the name of the file', value: result.cell };
  }
  return null;
}

function invalid(
  file: string,
  defect: Defect,
  fix = 'Move the file out of the results folder, or delete it so that the cell runs again.',
): SambenchError {
  const { path: place, problem, value } = defect;
  return new SambenchError('result-invalid', {
    file,
    ...(place ? { path: place } : {}),
    problem,
    value,
    fix,
  });
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw diskFailed(file, 'cannot be read', error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SambenchError(
      'result-invalid',
      {
        file,
        problem: `is not JSON (${(error as Error).message})`,
        fix: 'Restore the file, or delete it so that the cell runs again.',
      },
      { cause: error },
    );
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw diskFailed(folder, 'cannot be read', error);
  }
}

async function writeFile(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
  } catch (error) {
    throw diskFailed(file, 'cannot be written', error);
  }
}

function diskFailed(file: string, problem: string, cause: unknown): SambenchError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new SambenchError(
    'disk-failed',
    { file, problem: `${problem} (${message})`, fix: remedyOf(code, '--results') },
    { cause },
  );
}

/** Removes what a writer that was killed left behind: temporary files older than an hour. */
export async function sweep(store: ResultStore): Promise<void> {
  for (const name of await list(store.folder)) {
    if (!/\.json\.\d+$/.test(name)) continue;
    const file = path.join(store.folder, name);
    const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > 3_600_000) await rm(file, { force: true });
  }
}

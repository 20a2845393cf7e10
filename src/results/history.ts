/**
 * The history of all suites: `<results>/history.jsonl`, to which each `bench` that trained or timed something appends one
 * line for each arm. A line is never edited, and a line cut short by a crash is passed over.
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import Type, { type Static, type TSchema } from 'typebox';
import { remedyOf } from '../disk-remedy.js';
import { SambenchError } from '../errors.js';
import { changePoints } from '../stats/change-points.js';

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** One arm of one run. Accuracy is a fraction with its 95 % interval over n seeds. */
export const historyLineSchema = Type.Object({
  schema: Type.Literal(1),
  /** When `bench` ended, ISO 8601 in UTC. */
  date: Type.String(),
  commit: orNull(Type.String()),
  fingerprint: Type.String(),
  suite: Type.String(),
  version: Type.Integer(),
  arm: Type.String(),
  /** The setting that stands for the arm: its cells' id without seed and hash. */
  setting: Type.String(),
  n: Type.Integer({ minimum: 1 }),
  accuracy: Type.Object({ mean: Type.Number(), low: orNull(Type.Number()), high: orNull(Type.Number()) }),
  stepMilliseconds: orNull(Type.Number()),
  peakRssBytes: orNull(Type.Number()),
});

export type HistoryLine = Static<typeof historyLineSchema>;

/** The file of the history under a folder of results. */
export function historyFile(resultsDir: string): string {
  return path.join(resultsDir, 'history.jsonl');
}

/** Appends lines in one write, so that lines of two processes do not mix. @throws SambenchError `disk-failed`. */
export async function appendHistory(resultsDir: string, lines: readonly HistoryLine[]): Promise<void> {
  if (lines.length === 0) return;
  const file = historyFile(resultsDir);
  try {
    await mkdir(resultsDir, { recursive: true });
    const text = await readText(file);
    // A crash may have cut the last line short; the next one must not be glued to it.
    const start = text !== '' && !text.endsWith('\n') ? '\n' : '';
    await appendFile(file, start + lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  } catch (error) {
    if (error instanceof SambenchError) throw error;
    throw new SambenchError('disk-failed', {
      file,
      problem: `cannot be written (${(error as Error).message})`,
      fix: remedyOf((error as NodeJS.ErrnoException).code, '--results'),
    });
  }
}

let validate: ValidateFunction<HistoryLine> | undefined;

/** The lines of the history, oldest first; none where there is no file. Lines that are none are passed over. */
export async function readHistory(resultsDir: string): Promise<HistoryLine[]> {
  validate ??= new Ajv().compile<HistoryLine>(historyLineSchema);
  const lines: HistoryLine[] = [];
  for (const text of (await readText(historyFile(resultsDir))).split('\n')) {
    try {
      const value: unknown = JSON.parse(text);
      if (validate(value)) lines.push(value);
    } catch {
      // A line cut short.
    }
  }
  return lines;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new SambenchError('disk-failed', {
      file,
      problem: `cannot be read (${(error as Error).message})`,
      fix: 'Make the file readable.',
    });
  }
}

/** The runs of one setting on one machine, oldest first, with the runs at which a new level begins. */
export interface Trend {
  suite: string;
  version: number;
  fingerprint: string;
  arm: string;
  setting: string;
  runs: readonly HistoryLine[];
  /** Indices into `runs`, by `changePoints`; runs without the number are left out of its series. */
  changes: { accuracy: number[]; stepMilliseconds: number[]; peakRssBytes: number[] };
}

/** The history by suite, version, machine and setting: only such runs can be compared. */
export function trendsOf(lines: readonly HistoryLine[]): Trend[] {
  const groups = new Map<string, HistoryLine[]>();
  for (const line of lines) {
    const key = JSON.stringify([line.suite, line.version, line.fingerprint, line.setting]);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()].flatMap((group) => {
    const runs = [...group].sort((left, right) =>
      left.date < right.date ? -1 : left.date > right.date ? 1 : 0,
    );
    const last = runs.at(-1);
    if (!last) return [];
    const { suite, version, fingerprint, arm, setting } = last;
    const changes = {
      accuracy: changesOf(runs, ({ accuracy }) => accuracy.mean),
      stepMilliseconds: changesOf(runs, (run) => run.stepMilliseconds),
      peakRssBytes: changesOf(runs, (run) => run.peakRssBytes),
    };
    return { suite, version, fingerprint, arm, setting, runs, changes };
  });
}

function changesOf(runs: readonly HistoryLine[], read: (run: HistoryLine) => number | null): number[] {
  const known = runs.flatMap((run, index) => {
    const value = read(run);
    return value === null ? [] : [{ value, index }];
  });
  return changePoints(known.map(({ value }) => value)).flatMap((place) => known[place]?.index ?? []);
}

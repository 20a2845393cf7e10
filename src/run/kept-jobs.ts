/** Measured throughputs in the cache folder, so that a run that goes on need not measure again. */
import { mkdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Type from 'typebox';
import Value from 'typebox/value';
import writeFileAtomic from 'write-file-atomic';
import { canonicalJson, sha256 } from '../suite/canonical.js';
import type { Cell } from '../suite/cell.js';
import { stepKind } from '../suite/speed.js';
import { algorithmVersion, version } from '../version.js';
import type { JobsMeasurement } from './measure-jobs.js';

/** Other work on the machine may have disturbed a measurement: it is not believed for ever. */
const keptMilliseconds = 30 * 24 * 3_600_000;

const schema = Type.Object({
  measuredAt: Type.Number(),
  peakRssBytes: Type.Number({ minimum: 0 }),
  throughputs: Type.Array(
    Type.Object({ jobs: Type.Integer({ minimum: 1 }), stepsPerSecond: Type.Number({ minimum: 0 }) }),
    { minItems: 1 },
  ),
});

/** What was measured on this machine for cells whose steps cost what those of `cell` do; null where nothing was. */
export async function readKeptJobs(
  folder: string,
  cell: Cell,
  now = Date.now(),
): Promise<JobsMeasurement | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(fileOf(folder, cell), 'utf8'));
    if (!Value.Check(schema, kept) || now - kept.measuredAt > keptMilliseconds) return null;
    return { throughputs: kept.throughputs, peakRssBytes: kept.peakRssBytes };
  } catch {
    return null;
  }
}

/** Keeps a measurement. A cache that cannot be written is no error: the next run measures again. */
export async function keepJobs(
  folder: string,
  cell: Cell,
  measurement: JobsMeasurement,
  now = Date.now(),
): Promise<void> {
  const file = fileOf(folder, cell);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, `${JSON.stringify({ measuredAt: now, ...measurement }, null, 2)}\n`);
  } catch {
    // As the summary says.
  }
}

function fileOf(folder: string, { settings }: Cell): string {
  // The machine as far as it decides how processes get on with each other; a new version may have other steps.
  const versions = [version, algorithmVersion];
  const machine = [os.cpus()[0]?.model ?? null, os.availableParallelism(), os.arch(), ...versions];
  const key = sha256(canonicalJson([...machine, stepKind(settings)])).slice(0, 16);
  return path.join(folder, 'jobs', `${key}.json`);
}

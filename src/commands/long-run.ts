/** The notice of `bench` that a run will take beyond half a day, with the command that makes a shorter one. */
import path from 'node:path';
import { commandLine } from '../command-line.js';
import type { CellResult } from '../results/result.js';
import { formatDuration } from '../run/estimate.js';
import type { Cell } from '../suite/cell.js';
import {
  type Calibrate,
  oneOfEachKind,
  type Speed,
  speedOfCalibration,
  speedOfResults,
} from '../suite/speed.js';
import type { Suite } from '../suite/suite.js';
import { secondsOfGrid } from './plan-time.js';

/** Longer runs are announced: nobody waits for them beside the screen. */
export const longRunSeconds = 12 * 3600;

// The slowest that training has any reason to be; a run that is short even so needs no measurement.
const slowest = { operationsPerSecond: 5e9, secondsPerStep: 0.05, secondsPerCell: 10 };

/** What is to run. */
export interface PlannedRun {
  suite: Suite;
  /** The suite's file, as the user named it. */
  file: string;
  missing: readonly Cell[];
  /** Reads results of the suite, if there are any: they show how fast this machine is. */
  results: () => Promise<readonly CellResult[]>;
  jobs: number;
}

/** The notice, one line, or null for a run that takes less. `calibrate` is used where only a measurement can tell. */
export async function longRunNotice(run: PlannedRun, calibrate: Calibrate): Promise<string | null> {
  const { suite, file, missing, jobs } = run;
  if (secondsAtMost(missing, jobs) < longRunSeconds) return null;
  const speed = speedOfResults(await run.results()) ?? (await measuredSpeed(missing, jobs, calibrate));
  if (speed === null) return null;
  const seconds = secondsOfGrid(suite, missing, missing, speed, jobs);
  if (!(seconds >= longRunSeconds)) return null;
  const shorter = path.join(path.dirname(file), `${suite.name.slice(0, 61)}-8h.json`);
  const side = jobs === 1 ? 'one cell at a time' : `${jobs} cells at a time`;
  return `This will take about ${formatDuration(seconds)} with ${side}, longer than 12 hours. For a smaller suite that asks the same question: ${commandLine('plan', file, '--fit', '8h', '--write', shorter)}. This run goes on now; it can be stopped and started again at any time.`;
}

function secondsAtMost(cells: readonly Cell[], jobs: number): number {
  const { operationsPerSecond, secondsPerStep, secondsPerCell } = slowest;
  const all = cells.reduce(
    (sum, { budget }) =>
      sum + budget.flops / operationsPerSecond + budget.steps * secondsPerStep + secondsPerCell,
    0,
  );
  return all / jobs;
}

async function measuredSpeed(
  cells: readonly Cell[],
  jobs: number,
  calibrate: Calibrate,
): Promise<Speed | null> {
  const kinds = oneOfEachKind(cells);
  try {
    return speedOfCalibration(kinds, await calibrate(kinds, jobs));
  } catch {
    // What is wrong, the first cell will say with its particulars; a notice is not worth ending the run for.
    return null;
  }
}

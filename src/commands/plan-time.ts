/** How long a grid takes on this machine. */
import type { CellResult } from '../results/result.js';
import { inRunOrder } from '../run/grid.js';
import { representatives } from '../run/time-arms.js';
import type { Cell } from '../suite/cell.js';
import {
  type Calibrate,
  makespan,
  oneOfEachKind,
  type Speed,
  secondsOf,
  secondsPerStep,
  speedOfCalibration,
  speedOfResults,
} from '../suite/speed.js';
import type { Suite } from '../suite/suite.js';

/** The speed of this machine: measured where that is allowed and needed, else that of finished cells, else unknown. */
export async function speedFor(
  cells: readonly Cell[],
  results: ReadonlyMap<string, CellResult>,
  jobs: number,
  calibrate: Calibrate | undefined,
): Promise<Speed | null> {
  if (calibrate === undefined || cells.length === 0) return speedOfResults([...results.values()]);
  const kinds = oneOfEachKind(cells);
  return speedOfCalibration(kinds, await calibrate(kinds, jobs));
}

/** Seconds of the report at the end: mostly the loading of what draws charts. */
const secondsOfReport = 5;

/** Seconds that these cells take, the timing of the arms after them, each of which is prepared as a cell is, and the report. */
export function secondsOfGrid(
  suite: Suite,
  cells: readonly Cell[],
  all: readonly Cell[],
  speed: Speed,
  jobs: number,
): number {
  const { rounds, steps, warmup } = suite.timing;
  const timed = representatives(all);
  const step = timed.reduce((sum, cell) => sum + secondsPerStep(cell, speed), 0);
  const timing = step * (rounds * steps + warmup) + timed.length * speed.secondsPerCell;
  const training = inRunOrder(cells).map((cell) => secondsOf(cell, speed));
  return makespan(training, jobs) + timing + secondsOfReport;
}

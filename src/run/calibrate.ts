/** A short measurement of the speed of this machine, for plans: a few steps of each kind, with all processes at work. */

import type { Cell } from '../suite/cell.js';
import type { Calibration } from '../suite/speed.js';
import type { Launch } from './launch.js';
import { neverStop, type StopSignals } from './stop.js';
import { timeArms } from './time-arms.js';

const request = { rounds: 2, steps: 2, warmup: 1 };

/**
 * Times a few steps of each of `cells` in `jobs` processes at the same time.
 * @throws SambenchError when a process fails.
 */
export async function calibrate(
  cells: readonly Cell[],
  jobs: number,
  launch: Launch,
  stop: StopSignals = neverStop(),
): Promise<Calibration> {
  const suite = cells[0]?.suite ?? '';
  const processes = Array.from({ length: jobs }, () =>
    timeArms(suite, [...cells], request, stop, () => {}, launch),
  );
  const measured = (await Promise.all(processes)).filter((each) => each !== null);
  const secondsPerStep = Object.fromEntries(
    cells.map(({ id }) => {
      const medians = measured.map(
        ({ timing }) => timing.arms.find(({ cell }) => cell === id)?.medianMilliseconds ?? 0,
      );
      return [id, medians.reduce((sum, median) => sum + median, 0) / medians.length / 1000];
    }),
  );
  return { secondsPerStep, peakRssBytes: Math.max(0, ...measured.map(({ peakRssBytes }) => peakRssBytes)) };
}

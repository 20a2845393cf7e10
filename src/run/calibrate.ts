/** Short measurements of the speed of this machine: a few steps in several training processes at the same time. */
import type { Cell } from '../suite/cell.js';
import type { Calibration } from '../suite/speed.js';
import type { Launch } from './launch.js';
import { neverStop, type StopSignals } from './stop.js';
import { type MeasuredArms, type TimingSettings, timeArms } from './time-arms.js';

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
  const measured = await timeTogether(cells, jobs, request, launch, stop);
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

/**
 * The step times of `cells` in each of `jobs` processes, which warm up on their own and begin their timed steps together;
 * empty when it was interrupted. Resolves or rejects when all processes have ended.
 * @throws SambenchError when a process fails.
 */
export async function timeTogether(
  cells: readonly Cell[],
  jobs: number,
  timing: TimingSettings,
  launch: Launch,
  stop: StopSignals,
): Promise<MeasuredArms[]> {
  const suite = cells[0]?.suite ?? '';
  const { arrive, opened } = startLine(jobs);
  const quiet = () => {};
  const processes = Array.from({ length: jobs }, () =>
    timeArms(suite, [...cells], timing, stop, quiet, launch, () => {
      arrive();
      return opened;
      // A process that has ended holds the others up no longer.
    }).finally(arrive),
  );
  const outcomes = await Promise.allSettled(processes);
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value ?? [];
  });
}

/** A line at which `count` runners wait for each other: `opened` resolves at the last arrival. */
function startLine(count: number): { arrive(): void; opened: Promise<void> } {
  let open = () => {};
  let arrived = 0;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    arrive: () => {
      arrived++;
      if (arrived >= count) open();
    },
    opened,
  };
}

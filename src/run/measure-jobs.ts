/** A short measurement of how many cells are best trained at a time: steps a second of all processes together. */
import type { Cell } from '../suite/cell.js';
import { stepKind } from '../suite/speed.js';
import { timeTogether } from './calibrate.js';
import { candidateJobs } from './jobs.js';
import type { Launch } from './launch.js';
import type { StopSignals } from './stop.js';

/** What a number of processes achieved. */
export interface Throughput {
  jobs: number;
  /** Steps a second, summed over the processes. */
  stepsPerSecond: number;
}

export interface JobsMeasurement {
  /** By number of processes, ascending. */
  throughputs: Throughput[];
  /** Peak resident memory of one process. */
  peakRssBytes: number;
}

/** Timed seconds of each number of processes, and the fewest and the most steps to take for that. */
const timedSeconds = 2;
const fewestSteps = 5;
const mostSteps = 100;
const warmup = 2;

/** Seconds until a process takes steps: TensorFlow, data, recording the step. */
const startSeconds = 7;

/** Floating-point operations a second of one thread, to guess how long work takes that was never timed. */
const usualFlopsPerSecond = 5e10;

/** Processes that add less than this share are not worth their memory and their noise. */
const worthwhileShare = 0.03;

/** A measurement must be short beside the work that it is for. */
const workPerMeasurement = 10;

/** A cell of the kind of step that most operations of `cells` go to. */
export function costliestCell(cells: readonly Cell[]): Cell | undefined {
  const kinds = new Map<string, { cell: Cell; flops: number }>();
  for (const cell of cells) {
    const kind = stepKind(cell.settings);
    const known = kinds.get(kind) ?? { cell, flops: 0 };
    kinds.set(kind, { ...known, flops: known.flops + cell.budget.flops });
  }
  return [...kinds.values()].sort((left, right) => right.flops - left.flops)[0]?.cell;
}

/** Whether training `cells` with `most` processes takes long enough, by a guess, to measure first if fewer do better. */
export function isWorthMeasuring(cells: readonly Cell[], most: number): boolean {
  const cell = costliestCell(cells);
  if (!cell || most < 2) return false;
  const guess = (flops: number) => flops / (usualFlopsPerSecond * cell.settings.threads);
  const work = cells.reduce((sum, { budget }) => sum + guess(budget.flops), 0) / most;
  const once = startSeconds + (warmup + stepsToTime(cell)) * guess(flopsPerStep(cell));
  return work >= workPerMeasurement * candidateJobs(most).length * once;
}

/**
 * Times steps of `cell` with one process, and then with more: the numbers of `candidateJobs` up to `most` of the memory
 * that the first one took. Null when it was interrupted.
 * @throws SambenchError when the one process fails; where several fail, memory may be short, and no more are tried.
 */
export async function measureJobs(
  cell: Cell,
  most: (peakRssBytes: number) => number,
  launch: Launch,
  stop: StopSignals,
): Promise<JobsMeasurement | null> {
  const timing = { rounds: 1, steps: stepsToTime(cell), warmup };
  const run = async (jobs: number) => {
    const measured = await timeTogether([cell], jobs, timing, launch, stop);
    const rates = measured.map(({ timing: { arms } }) => 1000 / (arms[0]?.medianMilliseconds ?? Infinity));
    const stepsPerSecond = rates.reduce((sum, rate) => sum + rate, 0);
    const peakRssBytes = Math.max(0, ...measured.map((each) => each.peakRssBytes));
    return { jobs, stepsPerSecond, peakRssBytes };
  };
  const first = await run(1);
  if (stop.soon.aborted) return null;
  const all = [first];
  for (const jobs of candidateJobs(most(first.peakRssBytes)).filter((each) => each > 1)) {
    const next = await run(jobs).catch(() => null);
    if (stop.soon.aborted) return null;
    if (next === null) break;
    all.push(next);
  }
  return {
    throughputs: all.map(({ jobs, stepsPerSecond }) => ({ jobs, stepsPerSecond })),
    peakRssBytes: Math.max(...all.map(({ peakRssBytes }) => peakRssBytes)),
  };
}

/** The best of the numbers of processes up to `most`; of nearly equal ones the least. */
export function bestJobs(throughputs: readonly Throughput[], most: number): number {
  const allowed = throughputs.filter(({ jobs }) => jobs <= most);
  const best = Math.max(...allowed.map(({ stepsPerSecond }) => stepsPerSecond));
  const good = allowed.filter(({ stepsPerSecond }) => stepsPerSecond >= best * (1 - worthwhileShare));
  return Math.min(...good.map(({ jobs }) => jobs));
}

function stepsToTime(cell: Cell): number {
  const seconds = flopsPerStep(cell) / (usualFlopsPerSecond * cell.settings.threads);
  const steps = Math.ceil(timedSeconds / Math.max(seconds, 1e-6));
  return Math.max(fewestSteps, Math.min(mostSteps, steps));
}

function flopsPerStep({ budget }: Cell): number {
  return budget.steps > 0 ? budget.flops / budget.steps : 0;
}

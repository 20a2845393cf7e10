/** What `--jobs auto` means: a number of cells at a time, and the reason for it. */
import { cacheFolder } from '../cache.js';
import type { Cell } from '../suite/cell.js';
import { formatDuration } from './estimate.js';
import { askedJobs, type Machine, mostJobs, thisMachine } from './jobs.js';
import { keepJobs, readKeptJobs } from './kept-jobs.js';
import type { Launch } from './launch.js';
import { bestJobs, costliestCell, isWorthMeasuring, measureJobs, type Throughput } from './measure-jobs.js';
import type { StopSignals } from './stop.js';

export interface JobsChoice {
  jobs: number;
  /** Why so many, in words that follow `N cells at a time: `. */
  why: string;
}

/** Where measurements are kept, and what there is to share; this machine unless in tests. */
export interface JobsPlace {
  folder: string;
  machine: Machine;
}

/** How to measure. */
export interface JobsMeasuring {
  launch: Launch;
  stop: StopSignals;
  /** Hears that a measurement begins, which takes seconds. */
  onMeasure(): void;
  /** Measure although an earlier measurement is kept. */
  again: boolean;
}

/**
 * Chooses how many of `cells` to train at a time: as an earlier run on this machine measured, else by a measurement if
 * that is short beside the work, else as many as cores and memory allow. The threads of a cell stay as they are.
 */
export async function autoJobs(
  cells: readonly Cell[],
  { launch, stop, onMeasure, again }: JobsMeasuring,
  place: JobsPlace = thisPlace(),
): Promise<JobsChoice> {
  const cell = costliestCell(cells);
  const known = again ? null : await keptChoice(cells, place);
  if (known) return known;
  const most = jobsByLimits(cells, place.machine);
  if (!cell || most.jobs < 2) return most;
  if (!isWorthMeasuring(cells, most.jobs)) return { ...most, why: `${most.why}; too little work to measure` };
  onMeasure();
  const started = performance.now();
  const limit = (peakRssBytes: number) => limitFor(cells, place.machine, peakRssBytes);
  try {
    const measured = await measureJobs(cell, limit, launch, stop);
    if (measured === null) return most;
    await keepJobs(place.folder, cell, measured);
    const jobs = bestJobs(measured.throughputs, limit(measured.peakRssBytes));
    const seconds = formatDuration((performance.now() - started) / 1000);
    return { jobs, why: `${inWords(measured.throughputs)}, measured in ${seconds}` };
  } catch {
    // If the fault is of the environment, the first cell meets it as well and says so with all its particulars.
    return { ...most, why: `${most.why}; the measurement failed` };
  }
}

/** The same without ever measuring: for plans, and for runs of a few cells. */
export async function jobsWithoutMeasuring(
  wanted: number | 'auto',
  cells: readonly Cell[],
  place: JobsPlace = thisPlace(),
): Promise<number> {
  const asked = askedJobs(wanted, cells.length);
  if (asked !== null) return asked;
  return ((await keptChoice(cells, place)) ?? jobsByLimits(cells, place.machine)).jobs;
}

function thisPlace(): JobsPlace {
  return { folder: cacheFolder(), machine: thisMachine() };
}

/** What an earlier measurement says, if it tried as many processes as there may be now. */
async function keptChoice(
  cells: readonly Cell[],
  { folder, machine }: JobsPlace,
): Promise<JobsChoice | null> {
  const cell = costliestCell(cells);
  const kept = cell ? await readKeptJobs(folder, cell) : null;
  if (kept === null) return null;
  const most = limitFor(cells, machine, kept.peakRssBytes);
  if (most > Math.max(...kept.throughputs.map(({ jobs }) => jobs))) return null;
  const jobs = bestJobs(kept.throughputs, most);
  return { jobs, why: `${inWords(kept.throughputs)}, as measured earlier` };
}

function limitFor(cells: readonly Cell[], machine: Machine, peakRssBytes: number | null): number {
  return mostJobs(cells.length, threadsOf(cells), machine, peakRssBytes);
}

function jobsByLimits(cells: readonly Cell[], machine: Machine): JobsChoice {
  const jobs = limitFor(cells, machine, null);
  const byCores = Math.floor(machine.cores / threadsOf(cells));
  if (jobs === cells.length) return { jobs, why: 'there are no more' };
  if (jobs >= byCores) return { jobs, why: `${machine.cores} cores, ${threadsOf(cells)} a cell` };
  return { jobs, why: `memory for no more (${(machine.freeBytes / 1e9).toFixed(1)} GB free)` };
}

function threadsOf(cells: readonly Cell[]): number {
  return cells[0]?.settings.threads ?? 1;
}

/** `1: 2.5, 2: 4.1 steps/s`. */
function inWords(throughputs: readonly Throughput[]): string {
  const each = throughputs.map(({ jobs, stepsPerSecond }) => `${jobs}: ${stepsPerSecond.toPrecision(3)}`);
  return `${each.join(', ')} steps/s`;
}

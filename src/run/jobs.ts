/** How many cells could run at a time, as far as cores and memory say. */
import os from 'node:os';

/** What the machine has to offer. */
export interface Machine {
  cores: number;
  /** Bytes that new processes may use. */
  freeBytes: number;
}

/** Resident memory to allow for one training process where none was measured: above the peak of resnet20 at batch 128. */
export const bytesPerProcess = 1.5e9;

/** What a process may take above its peak in a short measurement: an evaluation, a larger data set. */
const memoryMargin = 1.2;

/** This machine, within the limits of the control group that it runs in. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  const free = os.freemem();
  const freeBytes = limit > 0 && limit < os.totalmem() ? Math.min(free, limit) : free;
  return { cores: os.availableParallelism(), freeBytes };
}

/**
 * The most processes that make sense for `cells` cells of `threads` threads each: one for each group of cores that the
 * threads fill, as far as memory allows, at least one and not more than there are cells. `peakRssBytes` is the measured
 * peak of one process, null where there is none.
 */
export function mostJobs(
  cells: number,
  threads: number,
  machine: Machine = thisMachine(),
  peakRssBytes: number | null = null,
): number {
  const bytes = peakRssBytes === null ? bytesPerProcess : peakRssBytes * memoryMargin;
  const byCores = Math.floor(machine.cores / threads);
  const byMemory = Math.floor(machine.freeBytes / bytes);
  return Math.max(1, Math.min(byCores, byMemory, cells));
}

/** The numbers of processes worth trying up to `most`: each of the first four, then powers of two, and `most` itself. */
export function candidateJobs(most: number): number[] {
  const candidates: number[] = [];
  for (let jobs = 1; jobs < most; jobs += jobs < 4 ? 1 : jobs) candidates.push(jobs);
  return [...candidates, most];
}

/** The number of processes as asked, but not more than there are cells; null where it is to be found out. */
export function askedJobs(wanted: number | 'auto', cells: number): number | null {
  return wanted === 'auto' ? null : Math.max(1, Math.min(wanted, cells));
}

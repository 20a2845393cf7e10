/** How many cells run at a time. */
import os from 'node:os';

/** What the machine has to offer. */
export interface Machine {
  cores: number;
  /** Bytes that new processes may use. */
  freeBytes: number;
}

/** Resident memory to allow for one training process: the peak seen at batch 128, rounded up. */
export const bytesPerProcess = 2.2e9;

/** This machine, within the limits of the control group that it runs in. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  const free = os.freemem();
  const freeBytes = limit > 0 && limit < os.totalmem() ? Math.min(free, limit) : free;
  return { cores: os.availableParallelism(), freeBytes };
}

/**
 * The number of processes for cells of `threads` threads each: as asked, or for `auto` one per group of cores that the
 * threads fill, as far as memory allows, at least one and not more than there are cells.
 */
export function chooseJobs(
  wanted: number | 'auto',
  cells: number,
  threads: number,
  machine: Machine = thisMachine(),
): number {
  const byCores = Math.floor(machine.cores / threads);
  const byMemory = Math.floor(machine.freeBytes / bytesPerProcess);
  const jobs = wanted === 'auto' ? Math.min(byCores, byMemory) : wanted;
  return Math.max(1, Math.min(jobs, cells));
}

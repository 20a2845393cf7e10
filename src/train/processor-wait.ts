/** How long the threads of this process waited for a processor: the trace of whatever else the machine had to do. */
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Seconds so far, summed over the threads. */
export interface ProcessorTimes {
  ran: number;
  /** Ready to run, but without a processor. */
  waited: number;
}

/** Two more full processes on two cores would be a third. */
const busyShare = 0.2;

/** The times of this process; null where the system does not tell (only Linux does). */
export function processorTimes(tasks = '/proc/self/task'): ProcessorTimes | null {
  try {
    const times = readdirSync(tasks).flatMap((task) => timesOf(path.join(tasks, task, 'schedstat')));
    if (times.length === 0) return null;
    const sum = (read: (times: ProcessorTimes) => number) =>
      times.reduce((total, each) => total + read(each), 0);
    return { ran: sum(({ ran }) => ran), waited: sum(({ waited }) => waited) };
  } catch {
    return null;
  }
}

/** The part of its time between two moments for which the process waited instead of running; null where it is unknown. */
export function waitShare(before: ProcessorTimes | null, after: ProcessorTimes | null): number | null {
  if (before === null || after === null) return null;
  // A thread that has ended takes its times with it.
  const ran = Math.max(0, after.ran - before.ran);
  const waited = Math.max(0, after.waited - before.waited);
  return ran + waited > 0 ? waited / (ran + waited) : null;
}

/**
 * Whether a process of `threads` threads that waited for this share had to share its processors with others. Never where
 * its own threads fill the machine, for they wait for each other then.
 */
export function wasDisturbed(
  share: number | null,
  threads: number,
  cores: number = os.availableParallelism(),
): boolean {
  return share !== null && threads < cores && share > busyShare;
}

function timesOf(file: string): ProcessorTimes[] {
  try {
    const [ran, waited] = readFileSync(file, 'utf8').split(' ').map(Number);
    return Number.isFinite(ran) && Number.isFinite(waited)
      ? [{ ran: (ran ?? 0) / 1e9, waited: (waited ?? 0) / 1e9 }]
      : [];
  } catch {
    // The thread ended between the list and the reading.
    return [];
  }
}

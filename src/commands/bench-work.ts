/** The working part of `bench`: provides engine and data, trains the missing cells, times the steps. */
import { describeProvenance } from '../results/provenance.js';
import { type StartFact, startOf } from '../results/start.js';
import { ensureWritable, type ResultStore, sweep } from '../results/store.js';
import { autoJobs, jobsWithoutMeasuring } from '../run/auto-jobs.js';
import { calibrate } from '../run/calibrate.js';
import { inRunOrder, runGrid } from '../run/grid.js';
import { askedJobs } from '../run/jobs.js';
import { lockResults } from '../run/lock.js';
import type { RunContext } from '../run/messages.js';
import { progressView } from '../run/progress.js';
import { onStop, type StopSignals } from '../run/stop.js';
import { isTimingStale, timeArms } from '../run/time-arms.js';
import type { Cell } from '../suite/cell.js';
import type { Suite } from '../suite/suite.js';
import { type BenchFlags, interruptedError, missingCells } from './bench.js';
import type { Surroundings } from './command-result.js';
import { longRunNotice } from './long-run.js';
import { stageView } from './stages.js';

export interface Work {
  suite: Suite;
  /** The suite's file, as the user named it. */
  file: string;
  /** SHA-256 of the suite file. */
  sha256: string;
  /** All cells of the suite. */
  planned: readonly Cell[];
  selected: readonly Cell[];
  /** The cells whose steps are timed; none where only a part of the grid runs here. */
  timed: Cell[];
  store: ResultStore;
  flags: BenchFlags;
  surroundings: Surroundings;
}

/**
 * Does what is missing, under the lock of the results folder, and resolves to the number of cells that got a result.
 * @throws SambenchError `lock-held`, `interrupted`, and whatever engine, data or disk are at fault for.
 */
export async function work(job: Work): Promise<number> {
  const { store, flags, surroundings } = job;
  const listener = surroundings.listenForStop();
  const lost = new AbortController();
  const stop = { soon: AbortSignal.any([listener.soon, lost.signal]), now: listener.now };
  const release = await lockResults(store.folder, partOf(flags), () => lost.abort());
  try {
    await ensureWritable(store);
    await sweep(store);
    if (flags.fresh) for (const { id } of job.selected) await store.forget(id);
    // Read again under the lock: another process may have finished some of them a moment ago.
    const missing = await missingCells(store, job.selected, flags.retryFailed === true);
    const { command, gitCommit, gitDirty } = await describeProvenance(surroundings.args);
    await provide(job, stop);
    const context = { suiteSha256: job.sha256, command, gitCommit, gitDirty };
    const trained = missing.length > 0 ? await train(job, missing, context, stop) : 0;
    await time(job, stop);
    return trained;
  } finally {
    listener.dispose();
    await release();
  }
}

/** The part of the grid that this run has for itself, as the lock names it. */
function partOf({ shard, cell }: BenchFlags): string {
  if (cell !== undefined) return cell;
  return shard ?? 'all';
}

async function provide({ suite, flags, surroundings }: Work, { soon }: StopSignals): Promise<void> {
  const view = stageView(surroundings.progress, flags.quiet === true);
  try {
    await unlessStopped(surroundings.provide(suite.data.name, view.show, soon), soon);
  } finally {
    view.close();
  }
}

async function train(
  job: Work,
  missing: readonly Cell[],
  context: RunContext,
  stop: StopSignals,
): Promise<number> {
  const { selected, store, flags, surroundings } = job;
  const cells = inRunOrder(missing);
  const jobs = await jobsFor(cells, flags, surroundings, stop);
  const { progress } = surroundings;
  if (!flags.quiet) {
    const notice = await noticeOf(job, cells, jobs, stop);
    if (notice !== null) progress.write(`${notice}\n`);
    const side = jobs > 1 ? `, ${jobs} at a time` : '';
    progress.write(
      `Training ${cells.length} of ${selected.length} cells${side}; results go to ${store.folder}\n`,
    );
  }
  const view = progressView(progress, {
    cells,
    verbose: flags.verbose === true,
    quiet: flags.quiet === true,
  });
  try {
    const { statuses, interrupted } = await runGrid({
      cells,
      jobs,
      store,
      known: await startsOnDisk(job, cells),
      context,
      eager: flags.eager === true,
      checkpointSeconds: flags.checkpointEvery,
      verbose: flags.verbose === true,
      timeoutSeconds: flags.cellTimeout ?? null,
      stop,
      view,
      launch: surroundings.launch,
    });
    if (interrupted) {
      const done = selected.length - missing.length + statuses.size;
      throw interruptedError(`with ${done} of ${selected.length} cells done`);
    }
    return statuses.size;
  } finally {
    view.close();
  }
}

/** How the cells began that `missing` ones must agree with: those of their seeds that have a result, selected or not. */
async function startsOnDisk({ planned, store }: Work, missing: readonly Cell[]): Promise<StartFact[]> {
  const seeds = new Set(missing.map(({ seed }) => seed));
  const run = new Set(missing.map(({ id }) => id));
  const facts: StartFact[] = [];
  for (const { id, seed } of planned) {
    const result = seeds.has(seed) && !run.has(id) ? await store.read(id) : null;
    if (result) facts.push(...startOf(result));
  }
  return facts;
}

/** Results that show how fast the machine is: more would only take memory. */
const enoughResults = 100;

/** The line about a run of more than half a day, or null. */
async function noticeOf(
  { suite, file, selected, store, surroundings }: Work,
  missing: readonly Cell[],
  jobs: number,
  stop: StopSignals,
): Promise<string | null> {
  const results = async () => {
    const some = await Promise.all(selected.slice(0, enoughResults).map(({ id }) => store.read(id)));
    return some.flatMap((result) => result ?? []);
  };
  return longRunNotice({ suite, file, missing, results, jobs }, (kinds, side) =>
    calibrate(kinds, side, surroundings.launch, stop),
  );
}

/** Cells at a time, as asked or chosen; what was chosen and why goes to the progress. */
async function jobsFor(
  cells: readonly Cell[],
  flags: BenchFlags,
  { progress, launch }: Surroundings,
  stop: StopSignals,
): Promise<number> {
  const asked = askedJobs(flags.jobs, cells.length);
  if (asked !== null) return asked;
  const tell = (line: string) => {
    if (!flags.quiet) progress.write(`${line}\n`);
  };
  // Only compiled steps are measured.
  if (flags.eager) return jobsWithoutMeasuring('auto', cells);
  const { jobs, why } = await autoJobs(cells, {
    launch,
    stop,
    onMeasure: () => tell('Measuring how many cells to train at a time; --jobs n leaves that out'),
    again: flags.fresh === true,
  });
  tell(`${jobs} ${jobs === 1 ? 'cell' : 'cells'} at a time: ${why}`);
  return jobs;
}

async function time({ suite, timed, store, flags, surroundings }: Work, stop: StopSignals) {
  if (timed.length === 0) return;
  if (!flags.fresh && !isTimingStale(await store.readTiming(), timed, suite.timing)) return;
  const { progress } = surroundings;
  if (!flags.quiet) progress.write(`Timing the steps of ${timed.map(({ arm }) => arm).join(', ')}\n`);
  const onLine = (line: string) => {
    if (flags.verbose) progress.write(`timing | ${line}\n`);
  };
  const measured = await timeArms(suite.name, timed, suite.timing, stop, onLine, surroundings.launch);
  if (measured === null) throw interruptedError('while the steps were timed');
  await store.writeTiming(measured.timing);
}

/** Milliseconds that a provision has to end by itself, and to tidy up, when asked to stop. */
const graceMilliseconds = 2000;

/** Waits for `provision`, but not for long once `signal` aborts. */
async function unlessStopped(provision: Promise<void>, signal: AbortSignal): Promise<void> {
  let release = () => {};
  const stopped = new Promise<never>((_, reject) => {
    const give = () => reject(interruptedError('while engine and data were provided'));
    release = onStop(signal, () => setTimeout(give, graceMilliseconds));
  });
  try {
    await Promise.race([provision, stopped]);
    if (signal.aborted) throw interruptedError('while engine and data were provided');
  } finally {
    release();
  }
}

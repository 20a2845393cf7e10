/** Times the steps of a suite of equal wall time, once, before any of its cells is known. */
import path from 'node:path';
import { commandLine } from '../command-line.js';
import { SambenchError } from '../errors.js';
import type { TimingResult, WallTimeResult } from '../results/result.js';
import { withMeasured, withStepTimes } from '../results/step-times.js';
import { ensureWritable, type ResultStore, wallTimeFile } from '../results/store.js';
import { lockResults } from '../run/lock.js';
import { timeArms } from '../run/time-arms.js';
import type { Cell } from '../suite/cell.js';
import { expandSuite } from '../suite/expand.js';
import type { CellFlags } from '../suite/select-cells.js';
import type { Suite } from '../suite/suite.js';
import { cellsToTime, wallTimeKind } from '../suite/wall-time.js';
import { interruptedError } from './bench.js';
import type { Surroundings } from './command-result.js';
import { stageView } from './stages.js';

/** What the measurement needs of the command that asks for it. */
export interface WallTimeRequest {
  /** The suite as its file says, its step times not known. */
  suite: Suite;
  /** The suite's file, for messages. */
  file: string;
  store: ResultStore;
  flags: CellFlags & { quiet?: boolean; verbose?: boolean };
  surroundings: Surroundings;
}

/** A measurement of the steps of one cell of each kind; tests pass one that is made up. */
export type TimeKinds = (cells: Cell[]) => Promise<TimingResult>;

/**
 * The suite with the epochs that step times choose: the stored ones, or else those measured and stored now, under the lock
 * of the whole results folder. A suite that holds something else equal comes back as it is.
 * @throws SambenchError `flag-invalid` for a shard or single cell without a stored measurement, which parts that ran
 *   elsewhere would not share; `lock-held`, `interrupted`, and whatever engine, data or disk are at fault for.
 */
export async function measuredSuite(request: WallTimeRequest, time?: TimeKinds): Promise<Suite> {
  const { suite, store } = request;
  const known = await withStepTimes(suite, store);
  if (known !== null) return known;
  refuseParts(request);
  const release = await lockResults(store.folder, 'all');
  try {
    await ensureWritable(store);
    // Another process may have measured a moment ago.
    const other = await withStepTimes(suite, store);
    if (other !== null) return other;
    const cells = cellsToTime(expandSuite({ suite }).cells);
    const timing = await (time ?? timeWith(request))(cells);
    const measured = wallTimeOf(suite, cells, timing);
    await store.writeWallTime(measured);
    return withMeasured(suite, measured, path.join(store.folder, wallTimeFile));
  } finally {
    await release();
  }
}

function refuseParts({ flags, file, suite, store }: WallTimeRequest): void {
  const flag = flags.cell !== undefined ? 'cell' : 'shard';
  if (flags[flag] === undefined) return;
  throw new SambenchError('flag-invalid', {
    path: `--${flag}`,
    problem: `needs ${path.join(store.folder, wallTimeFile)}, since compute.equal is "wallTime" and all parts of ${suite.name} must share one choice of epochs`,
    value: flags[flag],
    fix: `Run ${commandLine('plan', file)} once, on a machine like those that train, and give each part that file.`,
  });
}

/** Times in a process of its own with nothing beside it, as the timing phase does. */
function timeWith({ suite, surroundings, flags }: WallTimeRequest): TimeKinds {
  return async (cells) => {
    const { progress, provide, launch } = surroundings;
    const listener = surroundings.listenForStop();
    try {
      const view = stageView(progress, flags.quiet === true);
      await provide(suite.data.name, view.show, listener.soon).finally(view.close);
      const arms = [...new Set(cells.map(({ arm }) => arm))].join(', ');
      if (!flags.quiet) progress.write(`Timing the steps of ${arms}, to choose epochs of equal wall time\n`);
      const onLine = (line: string) => {
        if (flags.verbose) progress.write(`timing | ${line}\n`);
      };
      const measured = await timeArms(suite.name, cells, suite.timing, listener, onLine, launch);
      if (measured === null) throw interruptedError('while the steps were timed');
      return measured.timing;
    } finally {
      listener.dispose();
    }
  };
}

/** What is stored of a timing of `cells`, one of each kind. */
function wallTimeOf(suite: Suite, cells: readonly Cell[], timing: TimingResult): WallTimeResult {
  const { rounds, steps, warmup, environment } = timing;
  const kinds = cells.map(({ id, settings }) => {
    const arm = timing.arms.find(({ cell }) => cell === id);
    if (arm === undefined) throw new TypeError(`the steps of ${id} were not timed`);
    const { imagesPerSecond: _rate, ...samples } = arm;
    return { kind: wallTimeKind(settings), batch: settings.batch, ...samples };
  });
  const { name, version } = suite;
  return { schema: 1, suite: name, version, rounds, steps, warmup, kinds, environment };
}

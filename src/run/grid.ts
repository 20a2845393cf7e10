/**
 * Runs the missing cells of a grid, several at a time, and writes each result as soon as it is there. This process is the
 * only one that writes results; the children only train.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { SambenchError } from '../errors.js';
import type { CellResult, CellStatus } from '../results/result.js';
import type { StartFact } from '../results/start.js';
import type { ResultStore } from '../results/store.js';
import type { Cell } from '../suite/cell.js';
import { failedResult } from './failed-result.js';
import { withFiniteNumbers } from './finite.js';
import { type Launch, launcher } from './launch.js';
import type { Progress, RunContext } from './messages.js';
import { runCell } from './run-cell.js';
import { rememberStarts, type Starts } from './starts.js';
import { onStop, type StopSignals } from './stop.js';

/** Who is told how the grid gets on. */
export interface GridView {
  started(cell: Cell): void;
  progressed(cell: Cell, progress: Progress): void;
  ended(cell: Cell, result: CellResult | null): void;
  /** A line that a training process wrote. */
  line(cell: Cell, line: string): void;
}

export interface GridRequest {
  /** The cells to run; the order of `inRunOrder` is best. */
  cells: readonly Cell[];
  /** Processes at a time. */
  jobs: number;
  store: Pick<ResultStore, 'write' | 'forgetCheckpoints' | 'checkpoints'>;
  /** How the cells of the grid began that have a result already; none where nothing is to be compared with them. */
  known?: Iterable<StartFact>;
  context: RunContext;
  eager: boolean;
  checkpointSeconds: number;
  verbose: boolean;
  /** Seconds after which one cell is given up; null for no limit. */
  timeoutSeconds: number | null;
  stop: StopSignals;
  view: GridView;
  launch?: Launch;
}

export interface GridOutcome {
  /** Status of every cell that got a result in this run. */
  statuses: Map<string, CellStatus>;
  /** Whether the run was stopped before all cells had a result. */
  interrupted: boolean;
}

/**
 * Runs every cell of the request and writes its result. Of two cells that should have begun alike and did not, the one that
 * ends later fails (see starts.ts).
 * @throws SambenchError when the environment is at fault; cells that are still training are stopped gently first.
 */
export async function runGrid(request: GridRequest): Promise<GridOutcome> {
  const { cells, jobs, store, context, view } = request;
  const launch = request.launch ?? launcher();
  const queue = [...cells];
  const statuses = new Map<string, CellStatus>();
  const starts = rememberStarts(request.known);
  const contended = Math.min(jobs, cells.length) > 1;
  // The first failure of the environment stops the other cells as a first Ctrl-C does.
  const soon = new AbortController();
  const release = onStop(request.stop.soon, () => soon.abort());
  const stop = { soon: soon.signal, now: request.stop.now };
  let failure: unknown = null;

  const runNext = async (cell: Cell): Promise<void> => {
    view.started(cell);
    const outcome = await runCell({
      cell,
      options: {
        eager: request.eager,
        checkpointBase: path.join(store.checkpoints, cell.id),
        checkpointSeconds: request.checkpointSeconds,
        contended,
        verbose: request.verbose,
      },
      context,
      launch,
      stop,
      timeoutSeconds: request.timeoutSeconds,
      onProgress: (progress) => view.progressed(cell, progress),
      onLine: (line) => view.line(cell, line),
    });
    if (outcome.kind === 'interrupted') return view.ended(cell, null);
    const result = await keep(outcome.result, cell, request, starts);
    statuses.set(cell.id, result.status);
    view.ended(cell, result);
  };
  const work = async (): Promise<void> => {
    for (let cell = queue.shift(); cell && !soon.signal.aborted; cell = queue.shift()) {
      try {
        await runNext(cell);
      } catch (error) {
        failure ??= error;
        soon.abort();
      }
    }
  };
  await mkdir(store.checkpoints, { recursive: true });
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, work));
  release();
  if (failure !== null && !request.stop.soon.aborted) throw failure;
  return { statuses, interrupted: request.stop.soon.aborted && statuses.size < cells.length };
}

/** Writes a result, or in its place why it cannot be one, and returns what was written. */
async function keep(
  result: CellResult,
  cell: Cell,
  { store, context }: GridRequest,
  starts: Starts,
): Promise<CellResult> {
  // Compared and remembered in one go, so that of two cells that end at the same time one is the later.
  let kept = starts.admit(withFiniteNumbers(result));
  try {
    await store.write(kept);
  } catch (error) {
    if (!(error instanceof SambenchError) || error.code !== 'result-invalid') throw error;
    starts.forget(cell.id);
    kept = failedResult(
      cell,
      {
        status: 'failed',
        code: error.code,
        message: error.message,
        seconds: 0,
        contended: result.time.contended,
      },
      context,
    );
    await store.write(kept);
  }
  await store.forgetCheckpoints(cell.id);
  return kept;
}

/**
 * Cells in the order in which they are best run: seed by seed, so that a grid half done has all arms at equal numbers of
 * seeds, and within a seed the dearest first, so that no long cell is left alone at the end.
 */
export function inRunOrder(cells: readonly Cell[]): Cell[] {
  const seeds = [...new Set(cells.map((cell) => cell.seed))];
  return cells
    .map((cell, index) => ({ cell, index }))
    .sort(
      (a, b) =>
        seeds.indexOf(a.cell.seed) - seeds.indexOf(b.cell.seed) ||
        b.cell.budget.flops - a.cell.budget.flops ||
        a.index - b.index,
    )
    .map(({ cell }) => cell);
}

/** `sambench bench SUITE`: trains the cells that have no finished result, times the steps, writes the report. */
import { SambenchError } from '../errors.js';
import type { Report, ReportFolders } from '../report/write.js';
import { appendHistory } from '../results/history.js';
import { openStore, type ResultStore } from '../results/store.js';
import { isTimingStale, representatives } from '../run/time-arms.js';
import type { Cell } from '../suite/cell.js';
import { expandSuite, type Grid } from '../suite/expand.js';
import { loadSuite } from '../suite/load.js';
import { selectCells } from '../suite/select-cells.js';
import type { Suite } from '../suite/suite.js';
import { historyLines } from './bench-history.js';
import type { CommandResult, Surroundings } from './command-result.js';
import type { FolderFlags, SelectionFlags } from './flags.js';
import { reportOutcome, unfinishedOf } from './outcome.js';

export interface BenchFlags extends FolderFlags, SelectionFlags {
  jobs: number | 'auto';
  /** Seconds between checkpoints of a cell. */
  checkpointEvery: number;
  /** Seconds after which one cell is given up. */
  cellTimeout?: number;
  /** Run failed, diverged and timed-out cells again. */
  retryFailed?: boolean;
  /** Discard the results of the selected cells first. */
  fresh?: boolean;
  eager?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/**
 * Runs what is missing of the suite in `file` and reports it; exit code 3 where a selected cell failed, diverged or is
 * still missing. When nothing is missing, neither engine nor data is touched.
 * @throws SambenchError for a bad suite, result file or flag, for a failing environment, and when interrupted.
 */
export async function bench(
  file: string,
  flags: BenchFlags,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const loaded = loadSuite(file);
  const asked = flags.threads ? { ...loaded.suite, threads: flags.threads } : loaded.suite;
  const store = openStore(flags.results, asked.name);
  const suite = await withEpochs(asked, file, store, flags, surroundings);
  const grid = expandSuite({ suite });
  const { cells } = grid;
  const selected = selectCells(cells, flags);
  const timed = flags.shard || flags.cell ? [] : representatives(cells);

  const missing = flags.fresh ? selected : await missingCells(store, selected, flags.retryFailed === true);
  const untimed =
    timed.length > 0 && (flags.fresh || isTimingStale(await store.readTiming(), timed, suite.timing));
  let trained = 0;
  if (missing.length > 0 || untimed) {
    const { work } = await import('./bench-work.js');
    const { sha256 } = loaded;
    trained = await work({
      suite,
      file,
      sha256,
      planned: cells,
      selected,
      timed,
      store,
      flags,
      surroundings,
    });
  }

  const folders = { resultsDir: flags.results, reportsDir: flags.reports };
  const { summary, files } = await reportOf(suite, grid, folders);
  // A part of a grid, or a run that found all done, is no point of a trend.
  if (selected.length === cells.length && (missing.length > 0 || untimed)) {
    await appendHistory(flags.results, historyLines(summary, new Date()));
    // The index draws the trends, of which this run is the newest point.
    await (await import('../report/index-page.js')).writeIndex(flags.reports, flags.results);
  }
  const chosen = new Set(selected.map(({ id }) => id));
  const unfinished = unfinishedOf(summary).filter(({ cell }) => chosen.has(cell));
  const text =
    trained === 0 ? 'Nothing was left to train.' : `Trained ${trained} ${trained === 1 ? 'cell' : 'cells'}.`;
  return reportOutcome(summary, files, unfinished, { text, data: { trained } });
}

/** The suite with its epochs known: equal wall time takes a measurement, once. */
async function withEpochs(
  suite: Suite,
  file: string,
  store: ResultStore,
  flags: BenchFlags,
  surroundings: Surroundings,
): Promise<Suite> {
  if (suite.compute.equal !== 'wallTime') return suite;
  const { measuredSuite } = await import('./wall-time.js');
  return measuredSuite({ suite, file, store, flags, surroundings });
}

/** The report on disk where it is current, else a new one; loading what draws charts takes longer than all the rest. */
async function reportOf(suite: Suite, grid: Grid, folders: ReportFolders): Promise<Report> {
  const { currentReport } = await import('./current-report.js');
  const current = await currentReport(suite, grid, folders);
  if (current) return current;
  const { writeReport } = await import('../report/write.js');
  return writeReport(suite, grid.cells, folders, grid.skipped);
}

/** The cells that have no result, and with `retry` those whose result is not a finished one. */
export async function missingCells(
  store: ResultStore,
  cells: readonly Cell[],
  retry: boolean,
): Promise<Cell[]> {
  const missing: Cell[] = [];
  for (const cell of cells) {
    const result = await store.read(cell.id);
    if (result === null || (retry && result.status !== 'finished')) missing.push(cell);
  }
  return missing;
}

/** The error of a run that was stopped: how far it came and how to go on. */
export function interruptedError(where: string): SambenchError {
  return new SambenchError('interrupted', {
    problem: `interrupted ${where}`,
    fix: 'Run the same command again to go on from there.',
  });
}

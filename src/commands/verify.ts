/** `sambench verify SUITE`: trains a few cells again and compares weights and history with their results, bit for bit. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandLine } from '../command-line.js';
import { exitCodes, SambenchError } from '../errors.js';
import { hashEpoch } from '../gate/run.js';
import { firstDifference } from '../gate/weights.js';
import { describeProvenance } from '../results/provenance.js';
import type { CellResult } from '../results/result.js';
import { storedSuite } from '../results/step-times.js';
import { openStore } from '../results/store.js';
import { jobsWithoutMeasuring } from '../run/auto-jobs.js';
import { runGrid } from '../run/grid.js';
import { progressView } from '../run/progress.js';
import { permutation, stream } from '../stream.js';
import type { Cell } from '../suite/cell.js';
import { expandSuite } from '../suite/expand.js';
import { loadSuite } from '../suite/load.js';
import { selectCells } from '../suite/select-cells.js';
import { interruptedError } from './bench.js';
import type { CommandResult, Surroundings } from './command-result.js';
import type { SelectionFlags } from './flags.js';
import { stageView } from './stages.js';
import { textTable } from './text-table.js';

export interface VerifyFlags extends SelectionFlags {
  results: string;
  jobs: number | 'auto';
  /** How many cells; chosen among the finished ones by a seeded draw. */
  cells: number;
  /** Train each cell twice now, in two processes, instead of comparing with a result. */
  self?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** What training a cell again gave. */
export interface VerifiedCell {
  cell: string;
  /** `incomparable`: other bits, but on another machine than the result's, which proves nothing. */
  status: 'reproduced' | 'differs' | 'incomparable' | 'failed';
  /** The first epoch whose numbers differ; null where none does. */
  epoch: number | null;
  note: string;
}

/**
 * Verifies cells of the suite in `file`: exit code 1 where one is not reproduced, else 3 where one failed or could not be
 * compared. Results are only read; what is trained here is thrown away.
 * @throws SambenchError exit 3 where there is no finished cell to verify, 4 for the environment, 130 when interrupted.
 */
export async function verify(
  file: string,
  flags: VerifyFlags,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const loaded = loadSuite(file);
  const asked = flags.threads ? { ...loaded.suite, threads: flags.threads } : loaded.suite;
  const suite = await storedSuite(asked, flags.results, file);
  const selected = selectCells(expandSuite({ suite }).cells, flags);
  const known = flags.self
    ? new Map<string, CellResult>()
    : await finished(flags.results, suite.name, selected);
  const candidates = flags.self ? selected : selected.filter(({ id }) => known.has(id));
  if (candidates.length === 0) {
    throw new SambenchError('nothing-to-compare', {
      file: path.join(flags.results, suite.name),
      problem: 'holds no finished result of the selected cells',
      fix: `Run ${commandLine('bench', file)} first, or verify with --self.`,
    });
  }
  const cells = draw(candidates, flags.cells);
  const train = () => trainAgain(cells, loaded.sha256, suite.data.name, flags, surroundings);
  const references = flags.self ? await train() : known;
  const again = await train();
  const rows = cells.map((cell) => compare(cell, references.get(cell.id), again.get(cell.id)));
  const has = (status: VerifiedCell['status']) => rows.some((row) => row.status === status);
  const exitCode = has('differs')
    ? exitCodes.regression
    : has('failed') || has('incomparable')
      ? exitCodes.incompleteCells
      : exitCodes.done;
  return { text: describe(rows), data: { suite: suite.name, self: flags.self === true, rows }, exitCode };
}

/** Compares the result of a cell with what training it again gave. */
export function compare(
  { id }: Pick<Cell, 'id'>,
  reference: CellResult | undefined,
  again: CellResult | undefined,
): VerifiedCell {
  const failed = [reference, again].find((result) => result?.status !== 'finished');
  if (!reference?.final || !again?.final) {
    return { cell: id, status: 'failed', epoch: null, note: failed?.error?.message ?? 'it has no result' };
  }
  const epoch = firstDifference(again.history.map(hashEpoch), reference.history.map(hashEpoch));
  if (epoch === null && again.final.weightsSha256 === reference.final.weightsSha256) {
    return { cell: id, status: 'reproduced', epoch: null, note: again.final.weightsSha256.slice(0, 16) };
  }
  const [here, there] = [again.environment.fingerprint, reference.environment.fingerprint];
  const place = epoch === null ? 'the weights differ, no epoch does' : `first different in epoch ${epoch}`;
  return here === there
    ? { cell: id, status: 'differs', epoch, note: place }
    : {
        cell: id,
        status: 'incomparable',
        epoch,
        note: `${place}; made on machine ${there}, this is ${here}`,
      };
}

async function finished(
  resultsDir: string,
  suite: string,
  cells: readonly Cell[],
): Promise<Map<string, CellResult>> {
  const store = openStore(resultsDir, suite);
  const results = new Map<string, CellResult>();
  for (const { id } of cells) {
    const result = await store.read(id);
    if (result?.status === 'finished') results.set(id, result);
  }
  return results;
}

/** The same cells each time, so that a repeated command asks the same question; the order is that of the grid. */
function draw(cells: readonly Cell[], count: number): Cell[] {
  const order = permutation(cells.length, stream(1, 'verify'));
  const chosen = new Set(order.slice(0, count));
  return cells.filter((_, index) => chosen.has(index));
}

async function trainAgain(
  cells: readonly Cell[],
  suiteSha256: string,
  dataSet: string,
  flags: VerifyFlags,
  { progress, args, listenForStop, launch, provide }: Surroundings,
): Promise<Map<string, CellResult>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sambench-verify-'));
  const listener = listenForStop();
  const quiet = flags.quiet === true;
  const stages = stageView(progress, quiet);
  try {
    await provide(dataSet, stages.show, listener.soon).finally(stages.close);
    const store = openStore(folder, cells[0]?.suite ?? '');
    const view = progressView(progress, { cells, verbose: flags.verbose === true, quiet });
    const { interrupted } = await runGrid({
      cells,
      jobs: await jobsWithoutMeasuring(flags.jobs, cells),
      store,
      context: { suiteSha256, ...(await describeProvenance(args)) },
      eager: false,
      checkpointSeconds: 0,
      verbose: flags.verbose === true,
      timeoutSeconds: null,
      stop: listener,
      view,
      launch,
    }).finally(() => view.close());
    if (interrupted) throw interruptedError('while cells were trained again');
    return new Map((await store.readAll()).map((result) => [result.cell, result]));
  } finally {
    listener.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

function describe(rows: readonly VerifiedCell[]): string {
  const lines = rows.map(({ cell, status, note }) => [cell, status, note.split('\n')[0] ?? '']);
  const reproduced = rows.filter(({ status }) => status === 'reproduced').length;
  return [
    textTable(['cell', 'result', 'note'], lines),
    '',
    `${reproduced} of ${rows.length} cells reproduced bit for bit.`,
  ].join('\n');
}

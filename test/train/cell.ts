/** Trains one cell of a suite on made images, in this process. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CellResult } from '../../src/results/result.js';
import type { Cell } from '../../src/suite/cell.js';
import { expandSuite } from '../../src/suite/expand.js';
import { parseSuite } from '../../src/suite/load.js';
import { trainCell } from '../../src/train/train-cell.js';

/** The first cell of an arm with this optimizer: 48 made images in batches of 16, 2 epochs of 3 steps. */
export function cellOf(
  optimizer: Record<string, unknown>,
  changes: Record<string, unknown> = {},
  arm = {},
): Cell {
  const suite = {
    name: 'one-cell',
    version: 1,
    data: { name: 'synthetic', train: 48, validation: 16, test: 16 },
    model: { name: 'resnet8' },
    batch: 16,
    epochs: 2,
    arms: [{ name: 'arm', optimizer, ...arm }],
    seeds: 1,
    compute: { equal: 'none' },
    compare: { baseline: 'arm', candidate: 'arm' },
    ...changes,
  };
  const [cell] = expandSuite(parseSuite(suite, 'one-cell.json')).cells;
  if (!cell) throw new Error('the suite has no cell');
  return cell;
}

/** The result of `cell`; `stopAfter` steps it is interrupted and goes on from its checkpoint. */
export async function resultOf(cell: Cell, { stopAfter = 0, eager = false } = {}): Promise<CellResult> {
  const options = {
    eager,
    checkpointBase: join(mkdtempSync(join(tmpdir(), 'sambench-cell-')), cell.id),
    checkpointSeconds: 0,
    contended: false,
    verbose: false,
  };
  const context = { suiteSha256: '', command: 'test', gitCommit: null, gitDirty: null };
  let steps = 0;
  const first = await trainCell(cell, options, context, {
    onProgress: () => {},
    interrupted: () => ++steps === stopAfter,
  });
  if (first.kind === 'result') return first.result;
  const second = await trainCell(cell, options, context, { onProgress: () => {}, interrupted: () => false });
  if (second.kind !== 'result') throw new Error('the cell was interrupted twice');
  return second.result;
}

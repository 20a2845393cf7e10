/** The suites that `bench:grid` and `bench:epoch` train, as a suite file would write them. */
import { defaults } from '../defaults.js';
import type { Cell } from '../suite/cell.js';
import { expandSuite } from '../suite/expand.js';
import { parseSuite } from '../suite/load.js';
import { type BenchOptimizer, optimizerSettings } from './workload.js';

/** The augmentation of the published experiment. */
const augment = { ...defaults.data.augment, padCrop: 4, brightness: 0.5 };

/** A grid of equal cells: how many, and their images, epochs, images a step and threads. */
export interface GridSize {
  cells: number;
  train: number;
  epochs: number;
  batch: number;
  threads: number;
}

/** A suite of `cells` cells that cost the same: one arm, a seed for each, next to no timing. */
export function equalCells({ cells, train, epochs, batch, threads }: GridSize): Record<string, unknown> {
  return {
    name: 'bench-grid',
    version: 1,
    title: `${cells} equal cells`,
    data: { name: 'cifar10', train, validation: 500, test: 500, augment },
    model: { name: 'resnet8' },
    batch,
    epochs,
    arms: [{ name: 'adam', optimizer: optimizerSettings('adam') }],
    seeds: cells,
    threads,
    compute: { equal: 'none' },
    compare: { baseline: 'adam', candidate: 'adam' },
    timing: { rounds: 1, steps: 2, warmup: 1 },
  };
}

/** A cell whose epochs are timed: optimizer, images, images a step, epochs and threads. */
export interface EpochSize {
  optimizer: BenchOptimizer;
  train: number;
  batch: number;
  /** Images of a group that has its own gradient; null for the whole batch. */
  m: number | null;
  epochs: number;
  threads: number;
}

/** A cell of resnet20 on images of CIFAR-10, with a small validation. */
export function epochCell({ optimizer, train, batch, m, epochs, threads }: EpochSize): Cell {
  const settings = { ...optimizerSettings(optimizer), ...(m === null ? {} : { m }) };
  const written = {
    name: 'bench-epoch',
    version: 1,
    title: 'Epoch time',
    data: { name: 'cifar10', train, validation: 500, test: 500, augment },
    model: { name: 'resnet20' },
    batch,
    epochs,
    arms: [{ name: optimizer, optimizer: settings }],
    seeds: 1,
    threads,
    compute: { equal: 'none' },
    compare: { baseline: optimizer, candidate: optimizer },
  };
  const { suite } = parseSuite(written, 'its suite');
  const cell = expandSuite({ suite }).cells[0];
  if (!cell) throw new Error('the suite has no cell');
  return cell;
}

/** A suite on real images that trains in seconds, and a folder of its own for everything that it leaves. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CellResult } from '../../src/results/result.js';

export interface Workplace {
  folder: string;
  /** The suite's file. */
  file: string;
  /** Arguments of `bench` for this suite and folder. */
  bench(...flags: string[]): string[];
  results(): Promise<CellResult[]>;
  /** Path of a result file. */
  resultFile(cell: string): string;
  remove(): Promise<void>;
}

/** Makes a folder with a suite of arms adam (N and 2N) and sam (N) on CIFAR-10; `changes` go over its fields. */
export async function workplace(changes: Record<string, unknown> = {}): Promise<Workplace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sambench-e2e-'));
  const file = path.join(folder, 'tiny.json');
  const base = { name: 'adam', learningRate: 0.001 };
  const suite = {
    name: 'tiny',
    version: 1,
    title: 'Tiny',
    data: { name: 'cifar10', train: 512, validation: 64, test: 64, augment: { padCrop: 4, brightness: 0.1 } },
    model: { name: 'resnet8' },
    batch: 32,
    epochs: 1,
    arms: [
      { name: 'adam', epochs: ['N', '2N'], optimizer: base },
      { name: 'sam', epochs: 'N', optimizer: { name: 'sam', rho: 0.05, base } },
    ],
    seeds: 2,
    compare: { baseline: 'adam', candidate: 'sam' },
    timing: { rounds: 2, steps: 2, warmup: 1 },
    ...changes,
  };
  await writeFile(file, JSON.stringify(suite));
  const own = path.join(folder, 'results', suite.name);
  return {
    folder,
    file,
    bench: (...flags) => [
      'bench',
      file,
      '--results',
      path.join(folder, 'results'),
      '--reports',
      path.join(folder, 'reports'),
      ...flags,
    ],
    async results() {
      const names = (await readdir(own)).filter(
        (name) => /^[^.].*\.json$/.test(name) && name !== 'timing.json' && name !== 'wall-time.json',
      );
      return Promise.all(
        names.sort().map(async (name) => JSON.parse(await readFile(path.join(own, name), 'utf8'))),
      );
    },
    resultFile: (cell) => path.join(own, `${cell}.json`),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What must repeat bit for bit: the weights and the history, its seconds left out. */
export function numbersOf({ final, history, provenance }: CellResult) {
  return {
    weights: final?.weightsSha256,
    test: final?.test,
    init: provenance.initSha256,
    firstBatch: provenance.firstBatchSha256,
    history: history.map(({ trainSeconds: _train, evaluationSeconds: _evaluation, ...row }) => row),
  };
}

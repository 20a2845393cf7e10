/** A suite with results that no training made, on disk, and ways to degrade a copy of the results. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CellResult, TimingResult } from '../../src/results/result.js';
import { openStore } from '../../src/results/store.js';
import type { Cell } from '../../src/suite/cell.js';
import { expandSuite } from '../../src/suite/expand.js';
import { loadSuite } from '../../src/suite/load.js';
import { resultOf, timingOf } from '../report/synthetic.js';

const adam = { name: 'adam', learningRate: 0.001 };

/** Three settings: adam at N and 2N, sam at N. */
export function suiteText(seeds = 8, change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    name: 'study',
    version: 1,
    data: { name: 'cifar10', train: 2048, validation: 512, test: 2000 },
    model: { name: 'resnet8' },
    batch: 64,
    epochs: 4,
    arms: [
      { name: 'adam', epochs: ['N', '2N'], optimizer: adam },
      { name: 'sam', epochs: 'N', optimizer: { name: 'sam', rho: 0.05, base: adam } },
    ],
    seeds,
    compare: { baseline: 'adam', candidate: 'sam' },
    ...change,
  });
}

export interface Study {
  root: string;
  suiteFile: string;
  results: string;
  cells: readonly Cell[];
  remove(): Promise<void>;
}

/** Writes the suite and a complete set of results. */
export async function makeStudy(seeds = 8): Promise<Study> {
  const root = await mkdtemp(path.join(tmpdir(), 'sambench-gate-'));
  const suiteFile = path.join(root, 'study.json');
  const results = path.join(root, 'results');
  await writeFile(suiteFile, suiteText(seeds));
  const { cells } = expandSuite({ suite: loadSuite(suiteFile).suite });
  const store = openStore(results, 'study');
  for (const cell of cells) await store.write(resultOf(cell, cell.arm === 'sam' ? 0.57 : 0.55));
  await store.writeTiming(timingOf('study', cells));
  return { root, suiteFile, results, cells, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Changes to a copy of result files; a cell changed to null is removed. */
export interface Degradation {
  cell?: (result: CellResult) => CellResult | null;
  timing?: (timing: TimingResult) => TimingResult | null;
}

/** Copies the results of a study to another folder of its root, changed, and returns that folder. */
export async function degraded(
  study: Study,
  name: string,
  { cell = (result) => result, timing = (times) => times }: Degradation,
): Promise<string> {
  const target = path.join(study.root, name);
  await mkdir(target);
  await cp(study.results, target, { recursive: true });
  const folder = path.join(target, 'study');
  for (const file of await readdir(folder)) {
    const place = path.join(folder, file);
    const value = JSON.parse(await readFile(place, 'utf8'));
    const changed = file === 'timing.json' ? timing(value) : cell(value);
    if (changed === null) await rm(place);
    else await writeFile(place, JSON.stringify(changed));
  }
  return target;
}

/** Lowers the test accuracy of an arm by so many points. */
export function lowerAccuracy(arm: string, points: number) {
  return (result: CellResult): CellResult => {
    if (result.arm !== arm || result.final === null) return result;
    const { test } = result.final;
    const accuracy = Number((test.accuracy - points / 100).toFixed(6));
    return { ...result, final: { ...result.final, test: { ...test, accuracy } } };
  };
}

/** Multiplies all step times. */
export function slower(factor: number, arms: readonly string[] = ['adam', 'sam']) {
  return (timing: TimingResult): TimingResult => ({
    ...timing,
    arms: timing.arms.map((arm) =>
      arms.includes(arm.arm)
        ? {
            ...arm,
            samplesMilliseconds: arm.samplesMilliseconds.map((sample) => sample * factor),
            medianMilliseconds: arm.medianMilliseconds * factor,
          }
        : arm,
    ),
  });
}

/** Moves results and step times to another machine. */
export function elsewhere<Made extends CellResult | TimingResult>(made: Made): Made {
  const environment = { ...made.environment, cpu: 'Other CPU', fingerprint: 'ffffffffffff' };
  return { ...made, environment };
}

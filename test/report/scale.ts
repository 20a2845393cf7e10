/** Large suites on disk: a grid of `settings` × `seeds` cells with long histories, and a process that reports on it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { writeReport } from '../../src/report/write.js';
import { formatJson } from '../../src/results/format.js';
import type { CellResult } from '../../src/results/result.js';
import { cellResultSchema } from '../../src/results/schema.js';
import type { BaseSettings, Cell, OptimizerSettings } from '../../src/suite/cell.js';
import { cellsOf, resultOf, timingOf } from './synthetic.js';

export const suite = {
  name: 'large',
  version: 1,
  title: 'A large grid',
  compute: { equal: 'gradientEvaluations' as const },
  compare: { baseline: 'adam', candidate: 'sam' },
};

/** Half of the cells Adam over learning rates, half SAM over rho and learning rates, in ten tasks of label noise. */
export function largeCells(settings: number, seeds: number, epochs: number): Cell[] {
  const tasks = 10;
  const each = Math.max(1, Math.round(settings / tasks / 2));
  const adam = (learningRate: number): BaseSettings => ({ name: 'adam', learningRate });
  const rates = Array.from({ length: each }, (_, index) => Number((0.0001 * (index + 1)).toFixed(6)));
  const rhos = [0.01, 0.02, 0.05, 0.1, 0.2];
  const sams = rates.map(
    (rate, index): OptimizerSettings => ({
      name: 'sam',
      rho: rhos[index % rhos.length] ?? 0.05,
      m: null,
      base: adam(rates[Math.floor(index / rhos.length)] ?? rate),
    }),
  );
  return cellsOf(
    'large',
    [
      { name: 'adam', epochs: [epochs], optimizers: rates.map(adam), gradientsPerStep: 1, accuracy: () => 0 },
      { name: 'sam', epochs: [epochs / 2], optimizers: sams, gradientsPerStep: 2, accuracy: () => 0 },
    ],
    Array.from({ length: seeds }, (_, index) => index + 1),
    Array.from({ length: tasks }, (_, index) => index / 20),
  );
}

/** Writes a result file for every cell; cells of one seed and arm share a history, which no reader notices. */
export function writeLarge(folder: string, cells: readonly Cell[], rows: number): void {
  const dir = path.join(folder, 'results', 'large');
  mkdirSync(dir, { recursive: true });
  const histories = new Map<string, string>();
  for (const cell of cells) {
    const key = `${cell.arm} ${cell.seed}`;
    const accuracy = 0.5 + 0.02 * Number(cell.arm === 'sam');
    const short = resultOf({ ...cell, budget: { ...cell.budget, epochs: 2 } }, accuracy);
    const history = histories.get(key) ?? writeHistory(short, rows);
    histories.set(key, history);
    const text = formatJson({ ...short, budget: cell.budget, history: [] }, cellResultSchema);
    writeFileSync(
      path.join(dir, `${cell.id}.json`),
      text.replace('"history": []', `"history": [${history}]`),
    );
  }
  writeFileSync(path.join(dir, 'timing.json'), JSON.stringify(timingOf('large', cells)));
}

function writeHistory({ history, seed }: CellResult, rows: number): string {
  return Array.from({ length: rows }, (_, index) =>
    JSON.stringify({
      ...history[0],
      epoch: index + 1,
      trainLoss: 2.3 / (1 + index / 20) + seed / 1000,
      valAccuracy: 0.6 - 0.5 / (1 + index / 20) + seed / 1000,
    }),
  ).join(',\n');
}

// As a program of its own: `scale.ts FOLDER SETTINGS SEEDS EPOCHS` reports and prints what it took.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = '', settings, seeds, epochs] = process.argv.slice(2);
  const cells = largeCells(Number(settings), Number(seeds), Number(epochs));
  const start = performance.now();
  await writeReport(suite, cells, {
    resultsDir: path.join(folder, 'results'),
    reportsDir: path.join(folder, 'reports'),
  });
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    JSON.stringify({
      cells: cells.length,
      seconds,
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      bytes: maxRSS * 1024,
    }),
  );
}

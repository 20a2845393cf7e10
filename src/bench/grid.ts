/** Times a grid of equal cells with `--jobs auto` and with one cell at a time: the whole command, as users type it. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SambenchError } from '../errors.js';
import { median } from '../stats/describe.js';
import { equalCells, type GridSize } from './bench-suite.js';
import { describeMachine, type Machine } from './machine.js';
import { type TimeRatio, timeRatio } from './summarize.js';

/** What is run, and how often with each of both settings of `--jobs`. */
export interface GridBenchSettings extends GridSize {
  rounds: number;
}

/** The values of `--jobs` that are compared. */
export type GridJobs = 'auto' | '1';

/** The times of one of them. */
export interface GridRow {
  jobs: GridJobs;
  /** Of each round, from the start of the command to its end. */
  seconds: number[];
  medianSeconds: number;
}

/** All that was measured. */
export interface GridBench {
  machine: Machine;
  settings: GridBenchSettings;
  rows: GridRow[];
  /** What the command said that auto chose, and why, in the last round. */
  chosen: string;
  /** The time of `--jobs auto` in times of one cell at a time. */
  autoOverOne: TimeRatio;
}

const both: readonly GridJobs[] = ['auto', '1'];

/** Measures, the two alternating in their order from round to round; `onProgress` hears what is being done. */
export async function benchGrid(
  settings: GridBenchSettings,
  onProgress: (line: string) => void,
): Promise<GridBench> {
  const machine = describeMachine();
  const folder = await mkdtemp(path.join(tmpdir(), 'sambench-grid-'));
  const times: Record<GridJobs, number[]> = { auto: [], '1': [] };
  let chosen = '';
  try {
    const suite = path.join(folder, 'bench-grid.json');
    await writeFile(suite, JSON.stringify(equalCells(settings), null, 2));
    for (let round = 0; round < settings.rounds; round++) {
      for (const jobs of round % 2 === 0 ? both : [...both].reverse()) {
        onProgress(`round ${round + 1} of ${settings.rounds}: --jobs ${jobs}`);
        const { seconds, lines } = await timeCommand(suite, jobs, path.join(folder, `${round}-${jobs}`));
        times[jobs].push(seconds);
        if (jobs === 'auto') chosen = lines.find((line) => line.includes(' at a time: ')) ?? '';
        onProgress(`${seconds.toFixed(1)} s${jobs === 'auto' ? ` (${chosen})` : ''}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    machine,
    settings,
    rows: both.map((jobs) => ({ jobs, seconds: times[jobs], medianSeconds: median(times[jobs]) })),
    chosen,
    autoOverOne: timeRatio(
      times.auto.map((seconds) => [seconds]),
      times['1'].map((seconds) => [seconds]),
    ),
  };
}

/** The time of one `sambench bench` that writes to `folder`, and what it wrote to standard error. */
async function timeCommand(
  suite: string,
  jobs: GridJobs,
  folder: string,
): Promise<{ seconds: number; lines: string[] }> {
  const program = fileURLToPath(new URL(`../cli${path.extname(import.meta.url)}`, import.meta.url));
  const folders = ['--results', path.join(folder, 'results'), '--reports', path.join(folder, 'reports')];
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [...process.execArgv, program, 'bench', suite, '--jobs', jobs, ...folders],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    child.once('error', () => resolve(null));
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) lines.push(line);
  const code = await ended;
  if (code !== 0) {
    const last = lines.slice(-3).join(' | ');
    throw new SambenchError('engine-failed', { problem: `the grid ended with ${code}: ${last}` });
  }
  return { seconds: (performance.now() - started) / 1000, lines };
}

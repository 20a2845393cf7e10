/** Epoch time of resnet20 against steps × step time: what training costs beyond its steps; and its peak of memory. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SambenchError } from '../errors.js';
import { allocator } from '../run/launch.js';
import { neverStop } from '../run/stop.js';
import { timeArms } from '../run/time-arms.js';
import { median } from '../stats/describe.js';
import type { Cell } from '../suite/cell.js';
import { type EpochSize, epochCell } from './bench-suite.js';
import { describeMachine, type Machine } from './machine.js';

export interface EpochBenchSettings extends EpochSize {
  /** Timed steps before training, and as many after it. */
  steps: number;
}

/** What the training process is told, and what it answers. */
export interface EpochOrder {
  cell: Cell;
  checkpointBase: string;
}
export interface TrainedEpochs {
  /** From the end of one epoch's evaluation to the end of the next one's last step; the first holds the preparation, too. */
  epochSeconds: number[];
  trainSeconds: number;
  inputWaitSeconds: number;
  peakRssBytes: number;
}

export interface EpochBench {
  machine: Machine;
  settings: EpochBenchSettings;
  stepsPerEpoch: number;
  stepMilliseconds: { before: number; after: number; median: number };
  /** All but the first epoch. */
  epochSeconds: number[];
  medianEpochSeconds: number;
  /** The median epoch in `stepsPerEpoch` median steps. */
  epochOverSteps: number;
  /** Share of the training time for which steps waited for their batch. */
  inputWaitShare: number;
  /** Peak resident memory of the training process. */
  peakRssBytes: number;
}

const run = promisify(execFile);
const rounds = 1;
const warmup = 3;

/** Measures; `onProgress` hears what is being done. `epochs` counts without the first one, which is left out. */
export async function benchEpoch(
  settings: EpochBenchSettings,
  onProgress: (line: string) => void,
): Promise<EpochBench> {
  const machine = describeMachine();
  const cell = epochCell({ ...settings, epochs: settings.epochs + 1 });
  const stepsPerEpoch = cell.budget.steps / cell.budget.epochs;
  const time = async (): Promise<number[]> => {
    onProgress(`time ${settings.steps} steps`);
    const timing = { rounds, steps: settings.steps, warmup };
    const measured = await timeArms(cell.suite, [cell], timing, neverStop());
    return measured?.timing.arms[0]?.samplesMilliseconds ?? [];
  };
  const before = await time();
  onProgress(`train ${settings.epochs + 1} epochs of ${stepsPerEpoch} steps`);
  const trained = await train(cell);
  const after = await time();
  const stepMilliseconds = {
    before: median(before),
    after: median(after),
    median: median([...before, ...after]),
  };
  const epochSeconds = trained.epochSeconds.slice(1);
  const medianEpochSeconds = median(epochSeconds);
  return {
    machine,
    settings,
    stepsPerEpoch,
    stepMilliseconds,
    epochSeconds,
    medianEpochSeconds,
    epochOverSteps: (1000 * medianEpochSeconds) / (stepsPerEpoch * stepMilliseconds.median),
    inputWaitShare: trained.inputWaitSeconds / trained.trainSeconds,
    peakRssBytes: trained.peakRssBytes,
  };
}

async function train(cell: Cell): Promise<TrainedEpochs> {
  const program = new URL(`./epoch-child${path.extname(import.meta.url)}`, import.meta.url);
  const folder = await mkdtemp(path.join(tmpdir(), 'sambench-epoch-'));
  try {
    const order: EpochOrder = { cell, checkpointBase: path.join(folder, cell.id) };
    const { stdout } = await run(
      process.execPath,
      [...process.execArgv, fileURLToPath(program), JSON.stringify(order)],
      { env: { ...process.env, GLIBC_TUNABLES: allocator } },
    );
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as TrainedEpochs;
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr || (error as Error).message).trim();
    throw new SambenchError('engine-failed', {
      problem: `the training ended before it had a result: ${lines.split('\n').slice(-3).join(' | ')}`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

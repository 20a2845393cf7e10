/** Epoch time of resnet20 against steps × step time: what training costs beyond its steps; and its peak of memory. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SambenchError } from '../errors.js';
import { allocator } from '../run/launch.js';
import { median } from '../stats/describe.js';
import type { Cell } from '../suite/cell.js';
import { type EpochSize, epochCell } from './bench-suite.js';
import { describeMachine, type Machine } from './machine.js';

/** What is trained, and how many steps are timed beside it. */
export interface EpochBenchSettings extends EpochSize {
  /** Steps that are timed alone before every epoch that counts, and after the last. */
  steps: number;
}

/** What the training process is told. */
export interface EpochOrder {
  cell: Cell;
  checkpointBase: string;
  steps: number;
}

/** What it answers. */
export interface TrainedEpochs {
  /** From the end of one epoch's evaluation to the end of the next one's last step; the first holds the preparation, too. */
  epochSeconds: number[];
  /** Milliseconds of the steps that ran alone before each epoch but the first, and after the last. */
  steps: number[][];
  /** Time that steps waited for their batch, over all epochs. */
  inputWaitSeconds: number;
  /** Peak resident memory after the first epoch and its evaluation. */
  peakRssBytes: number;
}

/** All that was measured; times of epochs are in seconds, those of steps in milliseconds. */
export interface EpochBench {
  machine: Machine;
  settings: EpochBenchSettings;
  stepsPerEpoch: number;
  /** All but the first epoch. */
  epochSeconds: number[];
  /** Median step of each turn of steps: before each of these epochs, and after the last. */
  stepMilliseconds: number[];
  /** Each epoch in `stepsPerEpoch` of the steps around it, in the order of the epochs. */
  epochOverSteps: number[];
  medianEpochOverSteps: number;
  /** Share of the time of epochs for which steps waited for their batch. */
  inputWaitShare: number;
  /** Peak resident memory of the training process after its first epoch and evaluation, before steps ran alone in it. */
  peakRssBytes: number;
}

const run = promisify(execFile);

/**
 * Measures; `onProgress` hears what is being done. `epochs` counts without the first one, which is left out. Epochs and steps
 * take turns in one process, so that a slow minute of the machine, or a process that was unlucky with its memory, hits both.
 */
export async function benchEpoch(
  settings: EpochBenchSettings,
  onProgress: (line: string) => void,
): Promise<EpochBench> {
  const machine = describeMachine();
  const cell = epochCell({ ...settings, epochs: settings.epochs + 1 });
  const stepsPerEpoch = cell.budget.steps / cell.budget.epochs;
  onProgress(
    `train ${settings.epochs + 1} epochs of ${stepsPerEpoch} steps, ${settings.steps} steps alone between them`,
  );
  const trained = await train(cell, settings.steps);
  const epochSeconds = trained.epochSeconds.slice(1);
  const epochOverSteps = epochsInSteps(epochSeconds, trained.steps, stepsPerEpoch);
  return {
    machine,
    settings,
    stepsPerEpoch,
    epochSeconds,
    stepMilliseconds: trained.steps.map(median),
    epochOverSteps,
    medianEpochOverSteps: median(epochOverSteps),
    inputWaitShare:
      trained.inputWaitSeconds / trained.epochSeconds.reduce((sum, seconds) => sum + seconds, 0),
    peakRssBytes: trained.peakRssBytes,
  };
}

/**
 * Each epoch divided by `stepsPerEpoch` times the median of the steps just before and just after it; `steps` holds the
 * milliseconds of the turns around the epochs, one turn more than there are epochs.
 */
export function epochsInSteps(
  epochSeconds: readonly number[],
  steps: readonly (readonly number[])[],
  stepsPerEpoch: number,
): number[] {
  return epochSeconds.map((seconds, epoch) => {
    const around = [...(steps[epoch] ?? []), ...(steps[epoch + 1] ?? [])];
    return (1000 * seconds) / (stepsPerEpoch * median(around));
  });
}

async function train(cell: Cell, steps: number): Promise<TrainedEpochs> {
  const program = new URL(`./epoch-child${path.extname(import.meta.url)}`, import.meta.url);
  const folder = await mkdtemp(path.join(tmpdir(), 'sambench-epoch-'));
  try {
    const order: EpochOrder = { cell, checkpointBase: path.join(folder, cell.id), steps };
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

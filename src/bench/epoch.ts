/** Epoch time of resnet20 against its own steps and against steps alone: what training adds to them; and its peak of memory. */
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
import type { TimedEpoch } from './epoch-clock.js';
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
  /** The first holds the preparation of the process, too. */
  epochs: TimedEpoch[];
  /** Milliseconds of the steps that ran alone after each epoch. */
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
  /** Median of the steps inside each of these epochs. */
  ownStepMilliseconds: number[];
  /** Each epoch in the sum of the steps inside it: what training adds around its steps. Noise is in both alike. */
  epochOverOwnSteps: number[];
  medianEpochOverOwnSteps: number;
  /** Median step of each turn of steps: before each of these epochs, and after the last. */
  stepMilliseconds: number[];
  /** Each epoch in `stepsPerEpoch` of the steps around it, in the order of the epochs: as noisy as the machine. */
  epochOverSteps: number[];
  medianEpochOverSteps: number;
  /** Share of the time of epochs for which steps waited for their batch. */
  inputWaitShare: number;
  /** Peak resident memory of the training process over all its epochs and the final evaluation. */
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
  const epochs = trained.epochs.slice(1);
  const epochSeconds = epochs.map(({ seconds }) => seconds);
  const epochOverOwnSteps = epochs.map(epochInOwnSteps);
  const epochOverSteps = epochsInSteps(epochSeconds, trained.steps, stepsPerEpoch);
  return {
    machine,
    settings,
    stepsPerEpoch,
    epochSeconds,
    ownStepMilliseconds: epochs.map(({ steps }) => median(steps)),
    epochOverOwnSteps,
    medianEpochOverOwnSteps: median(epochOverOwnSteps),
    stepMilliseconds: trained.steps.map(median),
    epochOverSteps,
    medianEpochOverSteps: median(epochOverSteps),
    inputWaitShare: trained.inputWaitSeconds / trained.epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    peakRssBytes: trained.peakRssBytes,
  };
}

/** An epoch divided by the sum of the steps inside it. */
export function epochInOwnSteps({ seconds, steps }: TimedEpoch): number {
  return (1000 * seconds) / steps.reduce((sum, step) => sum + step, 0);
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

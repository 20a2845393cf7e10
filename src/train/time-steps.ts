/**
 * The step-time phase: one program for each arm in one process, steps in seeded balanced rounds so that drift of the
 * machine hits all arms alike, every sample kept.
 */
import { Bench } from 'tinybench';
import { epochBatches } from '../data/batches.js';
import { openDataSet } from '../data/open.js';
import { splitDataSet } from '../data/split.js';
import { loadEngine } from '../engine/load.js';
import type { ArmTiming, TimingResult } from '../results/result.js';
import { permutation, stream } from '../stream.js';
import type { Cell } from '../suite/cell.js';
import { moveAverage, shareAfterStep } from './averaging.js';
import { environmentOf, startProgram, stepOf } from './prepare.js';
import { runStep } from './run-step.js';

/** How much is timed: `steps` samples of every arm in each of `rounds`, after `warmup` steps each that do not count. */
export interface TimingRequest {
  rounds: number;
  steps: number;
  warmup: number;
}

/**
 * Times the steps of `cells`, one an arm, all at the thread count of the first. The timed steps begin when `start`, which
 * is called after the warm-up, has resolved.
 */
export async function timeSteps(
  suite: string,
  cells: readonly Cell[],
  timing: TimingRequest,
  start: () => Promise<void> = async () => {},
): Promise<TimingResult> {
  const first = cells[0];
  if (!first) throw new Error('there is no cell to time');
  const { threads, batch } = first.settings;
  const engine = await loadEngine({ threads });
  const arms = await Promise.all(cells.map(openArm));
  for (const arm of arms) for (let step = 0; step < timing.warmup; step++) arm.step();
  await start();
  const samples = new Map<string, number[]>(cells.map(({ id }) => [id, []]));
  for (let round = 0; round < timing.rounds; round++) {
    for (const index of permutation(arms.length, stream(1, 'timing', 'round', round))) {
      const arm = arms[index] as Arm;
      samples.get(arm.cell.id)?.push(...(await timeArm(arm, timing.steps)));
    }
  }
  for (const arm of arms) arm.close();
  return {
    schema: 1,
    suite,
    ...timing,
    batch,
    arms: cells.map((cell) => summarize(cell, samples.get(cell.id) ?? [])),
    environment: environmentOf(engine, threads),
  };
}

interface Arm {
  cell: Cell;
  /** Steps that `step` takes: one, or a whole cycle of a rule with cheap steps, so that all samples are alike. */
  cycle: number;
  step(): void;
  close(): void;
}

async function openArm(cell: Cell): Promise<Arm> {
  const { settings, seed } = cell;
  const { train, validation, test, labelNoise } = settings.data;
  const dataSet = await openDataSet(settings.data.name);
  const images = splitDataSet(dataSet, { seed, train, validation, test, labelNoise }).train;
  const batch = epochBatches(images, { seed, batchSize: settings.batch, augment: settings.data.augment }).at(
    1,
    0,
  );
  const step = stepOf(cell);
  const program = startProgram(step, seed, false);
  let number = 0;
  return {
    cell,
    cycle: step.cycle,
    step: () => {
      for (let each = 0; each < step.cycle; each++, number++) {
        runStep(program, step, batch, 1e-6, { seed, step: number });
        moveAverage(program, shareAfterStep(settings.average, number));
      }
    },
    close: () => program.dispose(),
  };
}

/** Samples of one round in milliseconds a step, each the mean over a cycle. */
async function timeArm(arm: Arm, steps: number): Promise<number[]> {
  const bench = new Bench({ iterations: steps, time: 0, warmup: false, retainSamples: true });
  bench.add(arm.cell.id, () => arm.step());
  const [task] = await bench.run();
  const result = task?.result;
  if (!result || !('latency' in result) || !result.latency.samples) {
    throw new Error(`the steps of ${arm.cell.id} could not be timed`);
  }
  return result.latency.samples.map((sample) => sample / arm.cycle);
}

function summarize({ arm, id, settings }: Cell, samplesMilliseconds: number[]): ArmTiming {
  const count = samplesMilliseconds.length;
  const sorted = [...samplesMilliseconds].sort((left, right) => left - right);
  const middle =
    (sorted[Math.floor((count - 1) / 2)] ?? Number.NaN) + (sorted[Math.ceil((count - 1) / 2)] ?? Number.NaN);
  const medianMilliseconds = middle / 2;
  const meanMilliseconds = sorted.reduce((sum, sample) => sum + sample, 0) / count;
  const squares = sorted.reduce((sum, sample) => sum + (sample - meanMilliseconds) ** 2, 0);
  return {
    arm,
    cell: id,
    samplesMilliseconds,
    medianMilliseconds,
    meanMilliseconds,
    // Of a single sample nothing is known; zero, as the number of samples is told beside it.
    sdMilliseconds: Math.sqrt(squares / Math.max(1, count - 1)),
    imagesPerSecond: (1000 * settings.batch) / medianMilliseconds,
  };
}

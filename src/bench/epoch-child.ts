/**
 * The program that trains one cell for `bench:epoch`, times steps alone between its epochs, and prints how long both took, as
 * one line of JSON.
 */
import type { Progress } from '../run/messages.js';
import { startProgram, stepOf } from '../train/prepare.js';
import { runStep } from '../train/run-step.js';
import { trainCell } from '../train/train-cell.js';
import type { EpochOrder, TrainedEpochs } from './epoch.js';
import { benchBatch, workload } from './workload.js';

const { cell, checkpointBase, steps } = JSON.parse(process.argv[2] ?? '{}') as EpochOrder;
const turns: number[][] = [];
/** As it was when the first epoch had been evaluated: before there were steps alone, which need memory as well. */
let peakRssBytes = 0;
let stepAlone: (() => void) | null = null;
/** Milliseconds of this process at the first report of an epoch, its steps still to do, and at the last step's. */
const begun = new Map<number, number>([[1, performance.now()]]);
const done = new Map<number, number>();

function onProgress({ epoch, step, steps: all }: Progress): void {
  if (step === 0 && !begun.has(epoch)) {
    turns.push(timeAlone());
    begun.set(epoch, performance.now());
  }
  if (step === all) done.set(epoch, performance.now());
}

/** Milliseconds of steps alone, one after the other; two before them do not count. */
function timeAlone(): number[] {
  peakRssBytes ||= process.resourceUsage().maxRSS * 1024;
  stepAlone ??= openStep();
  stepAlone();
  stepAlone();
  return Array.from({ length: steps }, () => {
    const begin = performance.now();
    stepAlone?.();
    return performance.now() - begin;
  });
}

/** The cell's step with a program of its own, on one batch that is ready. */
function openStep(): () => void {
  const { batch } = cell.settings;
  const step = stepOf(cell);
  const program = startProgram(step, cell.seed, false);
  const images = { ...benchBatch(batch), brightness: new Float32Array(batch) };
  let number = 0;
  return () => {
    runStep(program, step, images, workload.learningRate, { seed: cell.seed, step: number++ });
  };
}

const outcome = await trainCell(
  cell,
  { eager: false, checkpointBase, checkpointSeconds: 0, contended: false, verbose: false },
  { suiteSha256: '', command: 'bench:epoch', gitCommit: null, gitDirty: null },
  { onProgress, interrupted: () => false },
);
if (outcome.kind !== 'result' || outcome.result.status !== 'finished') throw new Error('it did not finish');
turns.push(timeAlone());
const { time } = outcome.result;
const trained: TrainedEpochs = {
  epochSeconds: [...done].map(([epoch, end]) => (end - (begun.get(epoch) ?? end)) / 1000),
  steps: turns,
  inputWaitSeconds: time.inputWaitSeconds,
  peakRssBytes,
};
process.stdout.write(`${JSON.stringify(trained)}\n`);

/**
 * The program that trains one cell for `bench:epoch`, times steps alone between its epochs, and prints how long both took, as
 * one line of JSON.
 */
import { type PreparedCell, prepareCell } from '../train/prepare.js';
import { runStep } from '../train/run-step.js';
import { trainCell } from '../train/train-cell.js';
import type { EpochOrder, TrainedEpochs } from './epoch.js';
import { startEpochClock } from './epoch-clock.js';
import { benchBatch, workload } from './workload.js';

const { cell, checkpointBase, steps } = JSON.parse(process.argv[2] ?? '{}') as EpochOrder;
const turns: number[][] = [];
const clock = startEpochClock(() => turns.push(timeAlone()));
let prepared: PreparedCell | null = null;

/**
 * Milliseconds of steps alone, one after the other on one batch that is ready; two before them do not count. They run the
 * training's own program, so that memory is that of a training process, and leave it as they found it.
 */
function timeAlone(): number[] {
  if (!prepared) throw new Error('an epoch ended before the cell was prepared');
  const { program, step } = prepared;
  const { batch } = cell.settings;
  const images = { ...benchBatch(batch), brightness: new Float32Array(batch) };
  const state = program.read();
  const milliseconds = Array.from({ length: 2 + steps }, (_, number) => {
    const begin = performance.now();
    runStep(program, step, images, workload.learningRate, { seed: cell.seed, step: number });
    return performance.now() - begin;
  });
  program.write(state);
  return milliseconds.slice(2);
}

const outcome = await trainCell(
  cell,
  { eager: false, checkpointBase, checkpointSeconds: 0, contended: false, verbose: false },
  { suiteSha256: '', command: 'bench:epoch', gitCommit: null, gitDirty: null },
  { onProgress: clock.report, interrupted: () => false },
  async (...settings) => {
    prepared = await prepareCell(...settings);
    return { ...prepared, program: clock.timed(prepared.program) };
  },
);
if (outcome.kind !== 'result' || outcome.result.status !== 'finished') throw new Error('it did not finish');
const trained: TrainedEpochs = {
  epochs: [...clock.epochs],
  steps: turns,
  inputWaitSeconds: outcome.result.time.inputWaitSeconds,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(trained)}\n`);

/** The program that trains one cell for `bench:epoch` and prints how long its epochs took, as one line of JSON. */
import type { Progress } from '../run/messages.js';
import { trainCell } from '../train/train-cell.js';
import type { EpochOrder, TrainedEpochs } from './epoch.js';

const { cell, checkpointBase } = JSON.parse(process.argv[2] ?? '{}') as EpochOrder;
/** Milliseconds of this process at the first report of an epoch, its steps still to do, and at the last step's. */
const begun = new Map<number, number>([[1, performance.now()]]);
const done = new Map<number, number>();

function onProgress({ epoch, step, steps }: Progress): void {
  if (step === 0 && !begun.has(epoch)) begun.set(epoch, performance.now());
  if (step === steps) done.set(epoch, performance.now());
}

const outcome = await trainCell(
  cell,
  { eager: false, checkpointBase, checkpointSeconds: 0, contended: false, verbose: false },
  { suiteSha256: '', command: 'bench:epoch', gitCommit: null, gitDirty: null },
  { onProgress, interrupted: () => false },
);
if (outcome.kind !== 'result' || outcome.result.status !== 'finished') throw new Error('it did not finish');
const { time, memory } = outcome.result;
const trained: TrainedEpochs = {
  epochSeconds: [...done].map(([epoch, end]) => (end - (begun.get(epoch) ?? end)) / 1000),
  trainSeconds: time.trainSeconds,
  inputWaitSeconds: time.inputWaitSeconds,
  peakRssBytes: memory.peakRssBytes,
};
process.stdout.write(`${JSON.stringify(trained)}\n`);

/**
 * Averages of the weights along the training, an option of evaluation: the training itself is the same with and without.
 * What is tested in the end is the average, its moving statistics measured anew, as those of no single point fit it.
 */
import { epochBatches } from '../data/batches.js';
import type { ImageSet } from '../data/images.js';
import type { Program } from '../engine/program.js';
import type { AugmentSettings, AverageSettings } from '../suite/cell.js';
import { inputsOf } from './run-step.js';
import type { TrainingStep } from './step.js';
import type { StepFunction } from './step-program.js';

/**
 * The share by which the average moves towards the weights after step `step`, from 0; null where it stays. An exponential
 * moving average starts at the first weights that it sees and forgets them as if it had always run:
 * (1 - decay) / (1 - decay^t), t from 1 (Kingma and Ba 2015, arXiv:1412.6980, section 3, for Adam's moments).
 */
export function shareAfterStep(average: AverageSettings | undefined, step: number): number | null {
  if (average?.name !== 'ema') return null;
  return (1 - average.decay) / (1 - average.decay ** (step + 1));
}

/**
 * The same after epoch `epoch`, from 1. Stochastic weight averaging is the plain mean of the weights at the end of
 * `fromEpoch` and of every epoch after it (Izmailov et al. 2018, arXiv:1803.05407, algorithm 1, once an epoch).
 */
export function shareAfterEpoch(average: AverageSettings | undefined, epoch: number): number | null {
  if (average?.name !== 'swa' || epoch < average.fromEpoch) return null;
  return 1 / (epoch - average.fromEpoch + 1);
}

/** Moves the average towards the weights by `share`; null leaves it. */
export function moveAverage(program: Program<StepFunction>, share: number | null): void {
  if (share !== null) program.run('average', { weight: Float32Array.of(share) });
}

/** Where the moving statistics of averaged weights are measured. */
export interface Remeasurement {
  images: ImageSet;
  seed: number;
  batchSize: number;
  augment: AugmentSettings;
  /** The epoch whose batches are used: one that was not trained on. */
  epoch: number;
}

/**
 * Puts the average in the place of the weights, and as its moving statistics the means of the batch statistics over one
 * epoch of training batches, without dropout.
 */
export function useAverage(program: Program<StepFunction>, step: TrainingStep, over: Remeasurement): void {
  const average = program.read()['average.parameters'];
  if (!average) throw new Error('the program keeps no average');
  program.write({ parameters: average });
  if (step.layout.statistics.length === 0) return;
  const { images, seed, batchSize, augment, epoch } = over;
  const batches = epochBatches(images, { seed, batchSize, augment });
  let sums: Float64Array | null = null;
  for (let number = 0; number < batches.perEpoch; number++) {
    const batch = batches.at(epoch, number);
    for (let group = 0; group < step.groups; group++) {
      const { statistics } = program.run('statistics', inputsOf(batch, group, step.groups));
      if (!statistics) throw new Error('the pass gave no statistics');
      sums ??= new Float64Array(statistics.length);
      for (let at = 0; at < statistics.length; at++) sums[at] = (sums[at] ?? 0) + (statistics[at] ?? 0);
    }
  }
  if (!sums) return;
  const count = batches.perEpoch * step.groups;
  const values = Float32Array.from(sums, (sum) => sum / count);
  program.write({ statistics: { shape: [values.length], values } });
}

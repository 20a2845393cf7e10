/** One update of the weights from one batch, whether the batch is taken whole or in groups. */
import type { Batch } from '../data/batches.js';
import type { HostTensor, Program } from '../engine/program.js';
import { stream } from '../stream.js';
import { type Measures, measureNames, unpackMeasures } from './measures.js';
import type { TrainingStep } from './step.js';
import type { StepFunction } from './step-program.js';

type StepBatch = Pick<Batch, 'images' | 'labels' | 'brightness'>;

/** Which step of a cell it is: its number, from 0 over the whole cell, and the cell's seed decide all that it draws at random. */
export interface StepPlace {
  seed: number;
  step: number;
}

/** What a step tells. */
export interface StepReport {
  /** Means over the groups where there are several. */
  measures: Measures;
  /** The measures of each group; of the whole batch where it is not cut. */
  groups: readonly Measures[];
  /** Batch statistics of the first pass, the mean over the groups; null where the step moves none. */
  statistics: Float32Array | null;
  /** The moving statistics that the step began with; null for a network without any. */
  statisticsFound: Float32Array | null;
  /** Checksum of the parameters that the base update was applied to. */
  updatedFrom: Float32Array;
}

/** Runs one step at the learning rate `rate`; returns its measures, means over the groups where there are several. */
export function runStep(
  program: Program<StepFunction>,
  step: TrainingStep,
  batch: StepBatch,
  rate: number,
  place: StepPlace = { seed: 0, step: 0 },
): Measures {
  return reportStep(program, step, batch, rate, place).measures;
}

/** The same with all that a step tells. */
export function reportStep(
  program: Program<StepFunction>,
  step: TrainingStep,
  batch: StepBatch,
  rate: number,
  place: StepPlace,
): StepReport {
  const rateInput = Float32Array.of(rate);
  const light = step.kindOf(place.step) === 'light';
  if (step.groups === 1) {
    const inputs = { ...inputsOf(batch, 0, 1), ...seedsOf(step, place, 0), rate: rateInput };
    const outputs = program.run(light ? 'step-light' : 'step', inputs);
    const { statistics, statisticsFound, updatedFrom } = outputs;
    const measures = unpackMeasures(given(outputs.measures));
    return {
      measures,
      groups: [measures],
      statistics: statistics ?? null,
      statisticsFound: statisticsFound ?? null,
      updatedFrom: given(updatedFrom),
    };
  }
  const parts = Array.from({ length: step.groups }, (_, group) =>
    program.run(light ? 'accumulate-light' : 'accumulate', {
      ...inputsOf(batch, group, step.groups),
      ...seedsOf(step, place, group),
    }),
  );
  const { updateNorm, statisticsFound, updatedFrom } = program.run(light ? 'apply-light' : 'apply', {
    rate: rateInput,
  });
  const all = parts.map(({ measures }) => unpackMeasures(given(measures)));
  const means = measureNames.map(
    (name) => [name, all.reduce((sum, measures) => sum + measures[name], 0) / all.length] as const,
  );
  return {
    measures: { ...(Object.fromEntries(means) as Measures), updateNorm: given(updateNorm)[0] ?? Number.NaN },
    groups: all,
    statistics: meanOf(parts.flatMap(({ statistics }) => statistics ?? [])),
    statisticsFound: statisticsFound ?? null,
    updatedFrom: given(updatedFrom),
  };
}

function given(output: Float32Array | undefined): Float32Array {
  if (!output) throw new Error('the step gave no measures');
  return output;
}

function meanOf(vectors: readonly Float32Array[]): Float32Array | null {
  const first = vectors[0];
  return first
    ? first.map((_, at) => vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0) / vectors.length)
    : null;
}

/** The inputs of group `group` of a batch that is cut into `groups`. */
export function inputsOf(
  { images, labels, brightness }: StepBatch,
  group: number,
  groups: number,
): Record<string, HostTensor['values']> {
  const part = <Values extends Uint8Array | Int32Array | Float32Array>(values: Values): Values => {
    const size = values.length / groups;
    return values.subarray(group * size, (group + 1) * size) as Values;
  };
  return {
    images: part(images),
    labels: part(labels),
    ...(brightness ? { brightness: part(brightness) } : {}),
  };
}

/** Seeds of what the engine draws in this group of this step. Arms of one seed share their dropout. */
export function seedsOf(
  { draws }: TrainingStep,
  { seed, step }: StepPlace,
  group: number,
): Record<string, Int32Array> {
  const drawn = (purpose: string) => {
    const random = stream(seed, purpose, 'step', step, 'group', group);
    // The second number leaves room for the draws of one step to count up (see seeded.ts).
    return Int32Array.of(random.integer(2 ** 31), random.integer(2 ** 30));
  };
  return {
    ...(draws.noise ? { noiseSeed: drawn('noise') } : {}),
    ...(draws.dropout ? { dropoutSeed: drawn('dropout') } : {}),
  };
}

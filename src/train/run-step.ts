/** One update of the weights from one batch, whether the batch is taken whole or in groups. */
import type { Batch } from '../data/batches.js';
import type { HostTensor, Program } from '../engine/program.js';
import { type Measures, measureNames, unpackMeasures } from './measures.js';
import type { StepFunction, TrainingStep } from './step.js';

/** Runs one step at the learning rate `rate`; returns its measures, means over the groups where there are several. */
export function runStep(
  program: Program<StepFunction>,
  step: TrainingStep,
  batch: Pick<Batch, 'images' | 'labels' | 'brightness'>,
  rate: number,
): Measures {
  const rateInput = Float32Array.of(rate);
  if (step.groups === 1) {
    return measuresIn(program.run('step', { ...inputsOf(batch, 0, 1), rate: rateInput }));
  }
  const all = Array.from({ length: step.groups }, (_, group) =>
    measuresIn(program.run('accumulate', inputsOf(batch, group, step.groups))),
  );
  const { updateNorm } = program.run('apply', { rate: rateInput });
  const means = measureNames.map(
    (name) => [name, all.reduce((sum, measures) => sum + measures[name], 0) / all.length] as const,
  );
  return { ...(Object.fromEntries(means) as Measures), updateNorm: updateNorm?.[0] ?? Number.NaN };
}

function measuresIn({ measures }: Record<string, Float32Array>): Measures {
  if (!measures) throw new Error('the step gave no measures');
  return unpackMeasures(measures);
}

function inputsOf(
  { images, labels, brightness }: Pick<Batch, 'images' | 'labels' | 'brightness'>,
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

import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import { runStep } from '../../src/train/run-step.js';
import { groupSizeOf } from '../../src/train/step-parts.js';
import { useEngine } from '../engine/engine.js';
import { differing } from '../optimizer/equalities.js';
import { aware, base, image, randomBatch, smallStep } from '../train/small-step.js';

const rate = 0.05;
const data = randomBatch(1, 8);
const pixels = image[0] * image[1] * image[2];
const halves = [0, 1].map((group) => ({
  images: data.images.slice(group * 4 * pixels, (group + 1) * 4 * pixels),
  labels: data.labels.slice(group * 4, (group + 1) * 4),
  brightness: null,
}));

describe.each([
  ['operation by operation', runEagerly],
  ['compiled', compileProgram],
] as const)('a step in groups of m images, %s', (_, start) => {
  useEngine();
  const rule = aware('sam', base('sgd'), { rho: 0.05 });
  const whole = smallStep({ ...rule, m: 4 });
  const ofGroup = smallStep(rule, { batch: 4 });

  /** What each half of the batch gives as a batch of its own, from the first weights. */
  const alone = () =>
    halves.map((half) => {
      const program = start(ofGroup.program(1));
      const { update } = program.run('inspect', { images: half.images, labels: half.labels });
      const measures = runStep(program, ofGroup, half, 0);
      const { statistics } = program.read();
      program.dispose();
      return { update: update as Float32Array, measures, statistics: statistics?.values as Float32Array };
    });

  it('moves by the mean of the gradients that each group has at its own perturbed weights', () => {
    const program = start(whole.program(1));
    const before = program.read().parameters?.values as Float32Array;
    const measures = runStep(program, whole, data, rate);
    const state = program.read();
    const after = state.parameters?.values;
    const statistics = state.statistics?.values;
    program.dispose();
    const [left, right] = alone();
    if (!left || !right || !after || !statistics) throw new Error('a part is missing');
    const mean = left.update.map((value, index) => (value + (right.update[index] as number)) / 2);
    let difference = 0;
    for (const [index, value] of before.entries())
      difference = Math.max(
        difference,
        Math.abs((after[index] as number) - (value - rate * (mean[index] as number))),
      );
    expect(difference).toBeLessThan(1e-6);
    // The moving statistics take one update, by the mean of the groups' statistics.
    for (const [index, value] of left.statistics.entries())
      expect(statistics[index]).toBeCloseTo((value + (right.statistics[index] as number)) / 2, 5);
    for (const name of ['loss', 'accuracy', 'perturbedLoss', 'perturbationNorm', 'gradientNorm'] as const)
      expect(measures[name]).toBeCloseTo((left.measures[name] + right.measures[name]) / 2, 5);
    expect(measures.updateNorm).toBeCloseTo(Math.hypot(...mean), 4);
  });

  it('is not the step of the whole batch', () => {
    const [first, second] = [whole, smallStep(rule)].map((step) => {
      const program = start(step.program(1));
      runStep(program, step, data, rate);
      const { parameters } = program.read();
      program.dispose();
      return { parameters };
    });
    expect(differing(first as never, second as never)).toEqual(['parameters']);
  });

  it('counts one update of the base, and forgets its sums for the next step', () => {
    const step = smallStep({ ...aware('sam', base('adam')), m: 2 });
    const program = start(step.program(1));
    runStep(program, step, data, rate);
    runStep(program, step, data, rate);
    const state = program.read();
    program.dispose();
    expect(Array.from(state['base.updates']?.values ?? [])).toEqual([2]);
    expect(state['sum.gradient']?.values.every((value) => value === 0)).toBe(true);
    expect(state['sum.statistics']?.values.every((value) => value === 0)).toBe(true);
  });

  it('costs as many gradient evaluations as the whole batch does', () => {
    const program = start(whole.program(1));
    runStep(program, whole, data, rate);
    program.dispose();
    expect(whole.countedEvaluations()).toBe(2);
    expect(whole.evaluationsOf(1)).toBe(2);
  });
});

describe('the size of a group', () => {
  it('is m, at most the batch, and the batch without m', () => {
    expect(groupSizeOf(aware('sam', base('sgd'), { m: 4 }), 8)).toBe(4);
    expect(groupSizeOf(aware('sam', base('sgd'), { m: 16 }), 8)).toBe(8);
    expect(groupSizeOf(aware('sam', base('sgd')), 8)).toBe(8);
    expect(groupSizeOf(base('sgd'), 8)).toBe(8);
  });
});

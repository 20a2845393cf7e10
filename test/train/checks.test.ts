import { beforeEach, describe, expect, it } from 'vitest';
import { checksumOf } from '../../src/engine/operations/checksum.js';
import { SambenchError } from '../../src/errors.js';
import { appliedNormTolerance } from '../../src/results/tolerances.js';
import {
  type CheckSums,
  checkMeasures,
  checkRestored,
  checksOf,
  freshChecks,
} from '../../src/train/checks.js';
import type { LossOf } from '../../src/train/group-gradient.js';
import type { Measures } from '../../src/train/measures.js';
import { type TrainingStep, trainingStep } from '../../src/train/step.js';

const adam = {
  ...{ name: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  ...{ weightDecay: 0, decay: 'decoupled', clipNorm: 0 },
};

function stepOf(optimizer: Record<string, unknown>, batch = 8) {
  return trainingStep({
    model: { name: 'resnet8' },
    optimizer: { m: null, bn: 'batch', ...optimizer, base: adam } as never,
    image: [8, 8, 3],
    classes: 10,
    batch,
    brightness: false,
  });
}

const sam = stepOf({ name: 'sam', rho: 0.05 });

/** `step` as if it had run and told a loss of this kind. */
const telling = (step: TrainingStep, lossOf: LossOf): TrainingStep => ({ ...step, lossOf: () => lossOf });

/** Measures of a step as it should be, over which `changes` go. */
function measures(changes: Partial<Measures> = {}): Measures {
  return {
    ...{ loss: 2, accuracy: 0.1, gradientNorm: 1, updateNorm: 1, perturbedLoss: 2.1 },
    ...{ perturbationNorm: 0.05, gradientCosine: 0.9, appliedNorm: 0.05, ascended: 1 },
    ...changes,
  };
}

/** What a step tells of its groups; of one, the batch, where only one is given. */
function told(groups: readonly Measures[]) {
  const [first] = groups;
  if (!first) throw new Error('a step has a group');
  const names = Object.keys(first) as (keyof Measures)[];
  const mean = (name: keyof Measures) => groups.reduce((sum, each) => sum + each[name], 0) / groups.length;
  return {
    measures: Object.fromEntries(names.map((name) => [name, mean(name)])) as unknown as Measures,
    groups,
  };
}

const codeOf = (act: () => unknown): string | null => violationOf(act)?.code ?? null;
const messageOf = (act: () => unknown): string => violationOf(act)?.message ?? '';

function violationOf(act: () => unknown): SambenchError | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof SambenchError) return error;
    throw error;
  }
}

let sums: CheckSums;
beforeEach(() => {
  sums = freshChecks();
});

describe('the tolerance for the point where the last gradient is taken', () => {
  it.each([
    [0.5, 1.2e-4],
    [0.05, 3e-4],
    [0.001, 1e-2],
    [1e-4, 1e-2],
  ])('is, at a length of %f, what rounding asks for: %f', (norm, tolerance) => {
    expect(appliedNormTolerance(norm)).toBeCloseTo(tolerance, 12);
  });
});

describe('the norm of the perturbation', () => {
  const check = (changes: Partial<Measures>, number = 3, step = sam) =>
    codeOf(() => checkMeasures(sums, step, number, told([measures(changes)])));

  it('may be off by a ten-thousandth', () => {
    expect(check({ perturbationNorm: 0.05 * 1.00009 })).toBeNull();
    expect(sums.largestDeviation).toBeCloseTo(9e-5, 8);
    expect(check({ perturbationNorm: 0.05 * 1.00011 })).toBe('invariant-violated');
    expect(check({ perturbationNorm: 0.05 * 0.99989 })).toBe('invariant-violated');
  });

  it('is not asked of a gradient too short to have a direction, nor of one that is not finite', () => {
    expect(check({ perturbationNorm: 0, gradientNorm: 0 })).toBeNull();
    expect(check({ perturbationNorm: Number.NaN, gradientNorm: Number.NaN })).toBeNull();
  });

  it('must be told where it is declared', () => {
    expect(check({ perturbationNorm: Number.NaN })).toBe('invariant-violated');
  });

  it('is that of the point where the gradient was taken', () => {
    expect(check({ appliedNorm: 0 })).toBe('invariant-violated');
    expect(check({ appliedNorm: Number.NaN })).toBe('invariant-violated');
    expect(check({ appliedNorm: 0.05 * 1.00029 })).toBeNull();
    expect(check({ appliedNorm: 0.05 * 1.00031 })).toBe('invariant-violated');
    expect(check({ appliedNorm: 0.05 * 0.99 })).toBe('invariant-violated');
  });

  it('of SAM as published is computed and not applied', () => {
    const published = stepOf({ name: 'sam-as-published', rho: 0.05 });
    expect(check({ appliedNorm: 0 }, 3, published)).toBeNull();
    expect(check({ appliedNorm: 0.05 }, 3, published)).toBe('invariant-violated');
  });

  it('of momentum SAM is zero in the first step and rho from then on', () => {
    const msam = stepOf({ name: 'msam', rho: 0.05, momentum: 0.9 });
    expect(check({ perturbationNorm: 0, appliedNorm: 0 }, 0, msam)).toBeNull();
    expect(check({ perturbationNorm: 0, appliedNorm: 0 }, 1, msam)).toBe('invariant-violated');
  });

  it('is asked of each group, as means would hide two that are wrong by the same', () => {
    const [short, long] = [0.049, 0.051].map((norm) =>
      measures({ perturbationNorm: norm, appliedNorm: norm }),
    );
    const both = told([short, long] as Measures[]);
    expect(both.measures.perturbationNorm).toBeCloseTo(0.05, 12);
    expect(messageOf(() => checkMeasures(sums, sam, 3, both))).toContain(
      '"step":3,"group":0,"expected":0.05',
    );
    const second = told([measures(), long] as Measures[]);
    expect(messageOf(() => checkMeasures(sums, sam, 3, second))).toContain('"group":1');
  });

  it('is that of the worst group of the worst step in the result', () => {
    const worse = measures({ perturbationNorm: 0.05 * 1.00005 });
    checkMeasures(sums, sam, 3, told([measures(), worse, measures()]));
    checkMeasures(sums, sam, 4, told([measures()]));
    expect(sums.largestDeviation).toBeCloseTo(5e-5, 8);
  });

  it('is not asked of a group without a gradient beside others that have one', () => {
    const idle = measures({ gradientNorm: 0, perturbationNorm: 0, appliedNorm: 0 });
    expect(codeOf(() => checkMeasures(sums, sam, 3, told([idle, measures()])))).toBeNull();
  });

  it('of adaptive SAM varies', () => {
    const asam = stepOf({ name: 'asam', rho: 0.5, eta: 0.01, scope: [] });
    expect(check({ perturbationNorm: 0.123, appliedNorm: 0.123 }, 3, asam)).toBeNull();
  });
});

describe('the weights that an update began at', () => {
  const weights = Float32Array.of(1, -2, 3);
  const check = (from: Float32Array) =>
    codeOf(() =>
      checkRestored(
        sums,
        { shape: [3], values: weights },
        { updatedFrom: Float32Array.from(checksumOf(from)) },
      ),
    );

  it('are those of the step, down to the last bit', () => {
    expect(check(weights)).toBeNull();
    expect(check(Float32Array.of(1, -2, 3.0000002))).toBe('invariant-violated');
    expect(sums.compared).toBe(1);
  });
});

describe('the gradients of a cell', () => {
  it('are those of the plan', () => {
    expect(checksOf(sums, sam, 10, 20).gradientEvaluations).toEqual({ planned: 20, counted: 20 });
    expect(codeOf(() => checksOf(sums, sam, 10, 19))).toBe('invariant-violated');
  });

  it('are 2 in every k-th step of LookSAM and 1 in the others', () => {
    const looksam = stepOf({ name: 'looksam', rho: 0.05, k: 3, alpha: 0.7 });
    expect([1, 2, 3, 4, 7].map((steps) => looksam.evaluationsOf(steps))).toEqual([2, 3, 4, 6, 10]);
  });

  it('are a part more than one where the ascent takes a part of the batch', () => {
    const esam = stepOf({ name: 'esam', rho: 0.05, fraction: 0.25 });
    expect(esam.evaluationsOf(3)).toBe(3.75);
  });
});

describe('the numbers that are kept', () => {
  it('are means over the steps that have them, and the first loss', () => {
    const ran = telling(sam, { images: 'all', weights: 'w' });
    checkMeasures(sums, ran, 0, told([measures({ loss: 2.5, ascended: 0, gradientCosine: 0.5 })]));
    checkMeasures(sums, ran, 1, told([measures({ loss: 9 })]));
    checkMeasures(sums, ran, 2, told([measures({ ascended: Number.NaN, gradientCosine: Number.NaN })]));
    expect(checksOf(sums, sam, 3, 6)).toMatchObject({
      firstBatchLoss: 2.5,
      ascentShare: 0.5,
      meanCosine: 0.7,
      perturbationNorm: { expected: 0.05 },
      weightsRestored: null,
    });
  });
});

describe('the loss of the first batch', () => {
  const kept = (lossOf: LossOf, changes: Partial<Measures> = {}, number = 0) => {
    const fresh = freshChecks();
    checkMeasures(
      fresh,
      telling(stepOf({ name: 'asam', rho: 0.5, eta: 0.01, scope: [] }), lossOf),
      number,
      told([measures(changes)]),
    );
    return fresh.firstBatchLoss;
  };

  it('is that of the first step, of all images at the first weights', () => {
    expect(kept({ images: 'all', weights: 'w' })).toBe(2);
    expect(kept({ images: 'all', weights: 'w' }, {}, 1)).toBeNull();
  });

  it('is unknown for a rule that looks at a part of the images first', () => {
    expect(kept({ images: 'part', weights: 'w' })).toBeNull();
  });

  it('is unknown for a rule that begins at other weights, unless their distance is zero', () => {
    expect(kept({ images: 'all', weights: 'perturbed' }, { appliedNorm: 0.05 })).toBeNull();
    expect(kept({ images: 'all', weights: 'perturbed' }, { appliedNorm: 0 })).toBe(2);
  });
});

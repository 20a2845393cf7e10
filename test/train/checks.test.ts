import { beforeEach, describe, expect, it } from 'vitest';
import { checksumOf } from '../../src/engine/operations/checksum.js';
import { SambenchError } from '../../src/errors.js';
import { type CheckSums, checkMeasures, checkState, checksOf, freshChecks } from '../../src/train/checks.js';
import type { Measures } from '../../src/train/measures.js';
import { trainingStep } from '../../src/train/step.js';

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

/** Measures of a step as it should be, over which `changes` go. */
function measures(changes: Partial<Measures> = {}): Measures {
  return {
    ...{ loss: 2, accuracy: 0.1, gradientNorm: 1, updateNorm: 1, perturbedLoss: 2.1 },
    ...{ perturbationNorm: 0.05, gradientCosine: 0.9, appliedNorm: 0.05, ascended: 1 },
    ...changes,
  };
}

function codeOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof SambenchError) return error.code;
    throw error;
  }
}

let sums: CheckSums;
beforeEach(() => {
  sums = freshChecks();
});

describe('the norm of the perturbation', () => {
  const check = (changes: Partial<Measures>, number = 3, step = sam) =>
    codeOf(() => checkMeasures(sums, step, number, measures(changes)));

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

  it('is that of the point where the gradient was taken', () => {
    expect(check({ appliedNorm: 0 })).toBe('invariant-violated');
    expect(check({ appliedNorm: 0.0501 })).toBeNull();
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

  it('of adaptive SAM varies', () => {
    const asam = stepOf({ name: 'asam', rho: 0.5, eta: 0.01, scope: [] });
    expect(check({ perturbationNorm: 0.123, appliedNorm: 0.123 }, 3, asam)).toBeNull();
  });
});

describe('the state around a step', () => {
  const weights = Float32Array.of(1, -2, 3);
  const vector = (values: Float32Array) => ({ shape: [values.length], values });
  const before = { parameters: vector(weights), statistics: vector(Float32Array.of(0, 1, 10)) };
  const batch = Float32Array.of(0.5, 2, 0);
  const moved = (times: number) => {
    let values = Float32Array.of(0, 1, 10);
    for (let time = 0; time < times; time++)
      values = values.map((value, at) => 0.99 * value + 0.01 * (batch[at] ?? 0));
    return { ...before, statistics: vector(values) };
  };
  const check = (after: typeof before, from: Float32Array = weights, step = sam) =>
    codeOf(() =>
      checkState(sums, step, before, after, {
        updatedFrom: Float32Array.from(checksumOf(from)),
        statistics: step.movesStatistics ? batch : null,
      }),
    );

  it('shows weights that the update did not begin at, down to the last bit', () => {
    expect(check(moved(1))).toBeNull();
    expect(check(moved(1), Float32Array.of(1, -2, 3.0000002))).toBe('invariant-violated');
  });

  it('shows moving statistics that moved twice, or not at all', () => {
    expect(check(moved(2))).toBe('invariant-violated');
    expect(check(moved(0))).toBe('invariant-violated');
  });

  it('shows moving statistics that moved although the optimizer says that they do not', () => {
    const still = stepOf({ name: 'sam', rho: 0.05, bn: 'moving' });
    expect(check(moved(0), weights, still)).toBeNull();
    expect(check(moved(1), weights, still)).toBe('invariant-violated');
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
    checkMeasures(sums, sam, 0, measures({ loss: 2.5, ascended: 0, gradientCosine: 0.5 }));
    checkMeasures(sums, sam, 1, measures({ loss: 9 }));
    checkMeasures(sums, sam, 2, measures({ ascended: Number.NaN, gradientCosine: Number.NaN }));
    expect(checksOf(sums, sam, 3, 6)).toMatchObject({
      firstBatchLoss: 2.5,
      ascentShare: 0.5,
      meanCosine: 0.7,
      perturbationNorm: { expected: 0.05 },
      weightsRestored: null,
    });
  });
});

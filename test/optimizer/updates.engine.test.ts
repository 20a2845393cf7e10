import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src/engine/tensorflow.js';
import { bases } from '../../src/optimizer/registry.js';
import type { BaseRule, OptimizerState } from '../../src/optimizer/rule.js';
import { stream } from '../../src/stream.js';
import type { BaseSettings } from '../../src/suite/cell.js';
import { useEngine } from '../engine/engine.js';
import { base } from '../train/small-step.js';

const steps = 6;
const size = 5;
const rates = [0.1, 0.1, 0.05, 0.05, 0.02, 0.01];
const random = stream(1, 'test', 'updates');
const first = Array.from({ length: size }, () => random.normal());
const gradients = rates.map(() => Array.from({ length: size }, () => random.normal()));

/** The weights after each step by the rule under test. */
function run(settings: BaseSettings): number[][] {
  const rule = bases[settings.name] as BaseRule;
  return tf().tidy(() => {
    const { tensor1d, scalar, zeros } = tf();
    let parameters: Tensor1D = tensor1d(first);
    let state: OptimizerState = Object.fromEntries(
      Object.entries(rule.state(settings)).map(([name, shape]) => [
        name,
        shape === 'vector' ? (zeros([size]) as Tensor1D) : (scalar(0) as Scalar),
      ]),
    );
    return rates.map((rate, step) => {
      const gradient = tensor1d(gradients[step] as number[]);
      const updated = rule.update(gradient, state, parameters, scalar(rate), settings);
      ({ parameters, state } = updated);
      return Array.from(parameters.dataSync());
    });
  }) as unknown as number[][];
}

/** The weights after each step, `advance` giving one weight's successor in double precision. */
function byHand(
  advance: (weight: number, gradient: number, rate: number, memory: number[], t: number) => number,
) {
  const memories = first.map((): number[] => [0, 0]);
  let weights = first;
  return rates.map((rate, step) => {
    weights = weights.map((weight, index) =>
      advance(weight, gradients[step]?.[index] as number, rate, memories[index] as number[], step + 1),
    );
    return weights;
  });
}

function expectClose(found: number[][], expected: number[][]): void {
  expect(found).toHaveLength(steps);
  found.forEach((weights, step) => {
    for (const [index, weight] of weights.entries())
      expect(weight).toBeCloseTo(expected[step]?.[index] as number, 5);
  });
}

describe('sgd', () => {
  useEngine();

  it('without momentum is w - rate g, and keeps no state', () => {
    expectClose(
      run(base('sgd')),
      byHand((weight, gradient, rate) => weight - rate * gradient),
    );
    expect(bases.sgd?.state(base('sgd'))).toEqual({});
  });

  it('with momentum is v = momentum v + g, w - rate v: the velocity does not hold the rate', () => {
    const expected = byHand((weight, gradient, rate, memory) => {
      memory[0] = 0.9 * (memory[0] as number) + gradient;
      return weight - rate * memory[0];
    });
    expectClose(run(base('sgd', { momentum: 0.9 })), expected);
  });

  it('with Nesterov momentum is w - rate (g + momentum v)', () => {
    const expected = byHand((weight, gradient, rate, memory) => {
      memory[0] = 0.9 * (memory[0] as number) + gradient;
      return weight - rate * (gradient + 0.9 * memory[0]);
    });
    expectClose(run(base('sgd', { momentum: 0.9, nesterov: true })), expected);
  });

  it('with decoupled decay shrinks the weights by rate × decay beside the step', () => {
    const expected = byHand((weight, gradient, rate) => weight - rate * 0.3 * weight - rate * gradient);
    expectClose(run(base('sgd', { weightDecay: 0.3 })), expected);
  });

  it('leaves a decay inside the loss to the gradient', () => {
    expectClose(run(base('sgd', { weightDecay: 0.3, decay: 'loss' })), run(base('sgd')));
  });
});

describe('adam', () => {
  useEngine();

  const expected = (weightDecay: number) =>
    byHand((weight, gradient, rate, memory, t) => {
      memory[0] = 0.9 * (memory[0] as number) + 0.1 * gradient;
      memory[1] = 0.999 * (memory[1] as number) + 0.001 * gradient ** 2;
      const corrected = (rate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
      return weight - rate * weightDecay * weight - (corrected * memory[0]) / (Math.sqrt(memory[1]) + 1e-7);
    });

  it('is Keras’ form: the epsilon stands beside the root of the uncorrected moment', () => {
    expectClose(run(base('adam')), expected(0));
  });

  it('moves by about the rate at first, whatever the size of the gradient', () => {
    const [weights] = run(base('adam'));
    weights?.forEach((weight, index) => {
      expect(Math.abs(weight - (first[index] as number))).toBeCloseTo(rates[0] as number, 4);
    });
  });

  it('with a decay is adamw with that decay', () => {
    expectClose(run(base('adam', { weightDecay: 0.01 })), expected(0.01));
    expectClose(run(base('adamw', { weightDecay: 0.01 })), expected(0.01));
  });
});

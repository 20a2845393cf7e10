import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { tf } from '../../src/engine/tensorflow.js';
import { clippedToNorm } from '../../src/optimizer/base/clip.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import { runStep } from '../../src/train/run-step.js';
import { useEngine } from '../engine/engine.js';
import { aware, base, randomBatch, smallStep } from '../train/small-step.js';

useEngine({ threads: 1 });

/** `gradient` clipped to `limit`, on the host. */
function clipped(gradient: number[], limit: number): number[] {
  const found = tf().tidy(
    () => Array.from(clippedToNorm(tf().tensor1d(gradient), limit).dataSync()) as never,
  );
  return found as unknown as number[];
}

describe('clipping by the global norm', () => {
  it('shortens what is longer than the limit to the limit, in its direction', () => {
    // The norm of (3, 4) is 5, that of (1, 2, 2, 4) too.
    const [x, y] = clipped([3, 4], 1);
    expect(x).toBeCloseTo(0.6, 6);
    expect(y).toBeCloseTo(0.8, 6);
    clipped([1, -2, 2, 4], 2.5).forEach((value, at) => {
      expect(value).toBeCloseTo([0.5, -1, 1, 2][at] ?? Number.NaN, 6);
    });
  });

  it('leaves what is as long as the limit, or shorter, as it is to the bit', () => {
    expect(clipped([3, 4], 5)).toEqual([3, 4]);
    expect(clipped([0.1, -0.7], 5)).toEqual([Math.fround(0.1), Math.fround(-0.7)]);
    expect(clipped([0, 0], 5)).toEqual([0, 0]);
  });

  it('with a limit of 0 does nothing at all', () => {
    tf().tidy(() => {
      const gradient: Tensor1D = tf().tensor1d([3e9, 4e9]);
      expect(clippedToNorm(gradient, 0)).toBe(gradient);
    });
  });
});

describe('clipNorm in a step', () => {
  const rate = 0.5;

  /** How far one step takes the weights, and what it tells. */
  function step(optimizer: OptimizerSettings, m: number | null = null) {
    const small = smallStep({ ...optimizer, m } as OptimizerSettings, { model: { name: 'mlp', width: 16 } });
    const program = compileProgram(small.program(1));
    const before = Array.from(program.read().parameters?.values ?? []);
    const measures = runStep(program, small, randomBatch(1), rate);
    const after = program.read().parameters?.values ?? [];
    program.dispose();
    return { moved: before.map((value, at) => (after[at] ?? Number.NaN) - value), measures };
  }
  const sgd = (clipNorm: number) => base('sgd', { clipNorm });

  it.each([null, 4])('makes sgd move by rate × limit along its gradient, with m %s', (m) => {
    const free = step(sgd(0), m);
    const length = Math.hypot(...free.moved);
    expect(length).toBeCloseTo(rate * free.measures.updateNorm, 4);
    const limit = length / rate / 4;
    const short = step(sgd(limit), m);
    expect(Math.hypot(...short.moved) / (rate * limit)).toBeCloseTo(1, 4);
    short.moved.forEach((value, at) => {
      expect(value).toBeCloseTo((free.moved[at] ?? Number.NaN) / 4, 5);
    });
  });

  it('above the norm of the gradient changes no bit', () => {
    expect(step(sgd(1e6)).moved).toEqual(step(sgd(0)).moved);
  });

  it('shortens what reaches the base and not the ascent', () => {
    const limit = 0.01;
    const { moved, measures } = step(aware('sam', sgd(limit), { rho: 0.05 }));
    expect(Math.hypot(...moved) / (rate * limit)).toBeCloseTo(1, 3);
    expect(measures.gradientNorm).toBeGreaterThan(limit);
    expect(measures.appliedNorm).toBeCloseTo(0.05, 4);
  });
});

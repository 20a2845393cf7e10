/** Optimizers that must give the same bits: to be tested under several settings of the engine, one process each. */
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor } from '../../src/engine/program.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import type { Measures } from '../../src/train/measures.js';
import { runStep } from '../../src/train/run-step.js';
import { aware, base, randomBatch, smallStep } from '../train/small-step.js';

interface Trained {
  state: Record<string, HostTensor>;
  measures: Measures;
  evaluations: number;
}

/** The state after five steps from the first weights of seed 1. */
export function trained(optimizer: OptimizerSettings, start: typeof runEagerly): Trained {
  const step = smallStep(optimizer);
  const program = start(step.program(1));
  let measures: Measures | null = null;
  for (let index = 0; index < 5; index++) measures = runStep(program, step, randomBatch(index), 0.01);
  const state = program.read();
  program.dispose();
  if (!measures) throw new Error('no step ran');
  return { state, measures, evaluations: step.countedEvaluations() };
}

/** The names of the state entries that differ in any bit; none means that all are equal. */
export function differing(left: Record<string, HostTensor>, right: Record<string, HostTensor>): string[] {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => !sameBits(left[name], right[name]));
}

function sameBits(left: HostTensor | undefined, right: HostTensor | undefined): boolean {
  if (!left || !right) return false;
  const bytes = ({ values }: HostTensor) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return bytes(left).equals(bytes(right));
}

/** Describes the equalities for one way of running. */
export function describeEqualities(way: string, start: typeof runEagerly): void {
  const bases = { sgd: base('sgd', { momentum: 0.9 }), adam: base('adam'), adamw: base('adamw') };

  describe(`equal optimizers, ${way}`, () => {
    it.each(['sgd', 'adam', 'adamw'] as const)(
      'sam and asam with rho 0 over %s are the base alone, bit for bit',
      (name) => {
        const own = bases[name];
        const alone = trained(own, start);
        for (const rule of ['sam', 'asam'] as const) {
          const perturbed = trained(aware(rule, own, { rho: 0 }), start);
          expect(differing(perturbed.state, alone.state)).toEqual([]);
          expect(perturbed.measures.loss).toBe(alone.measures.loss);
          expect(perturbed.measures.perturbationNorm).toBe(0);
        }
      },
    );

    it('sam with any other rho is not its base', () => {
      const perturbed = trained(aware('sam', bases.adam, { rho: 0.05 }), start);
      expect(differing(perturbed.state, trained(bases.adam, start).state)).toContain('parameters');
    });

    it('sam as published is adam bit for bit, at two gradients a step instead of one', () => {
      const alone = trained(bases.adam, start);
      const published = trained(aware('sam-as-published', bases.adam), start);
      expect(differing(published.state, alone.state)).toEqual([]);
      expect([alone.evaluations, published.evaluations]).toEqual([1, 2]);
      expect(published.measures.perturbationNorm).toBeCloseTo(0.05, 6);
      expect(published.measures.gradientCosine).toBeCloseTo(1, 5);
      expect(published.measures.perturbedLoss).toBe(published.measures.loss);
    });
  });
}

export const ways = [
  ['operation by operation', runEagerly],
  ['compiled', compileProgram],
] as const;

/** Gradient evaluations are counted while a step is recorded, so that counting them costs a step nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { sharpness } from '../../src/optimizer/registry.js';
import type { SharpnessRule } from '../../src/optimizer/rule.js';
import { sam } from '../../src/optimizer/sharpness/sam.js';
import { runStep } from '../../src/train/run-step.js';
import { useEngine } from '../engine/engine.js';
import { aware, base, randomBatch, smallStep } from './small-step.js';

const registry = sharpness as Record<string, SharpnessRule>;
let counted = 0;

describe('the count of gradient evaluations', () => {
  useEngine();
  beforeAll(() => {
    // SAM, but for a note of every call of the gradient function, which is where evaluations are counted.
    registry.noted = {
      ...sam,
      name: 'noted',
      gradient: (at, parameters, context) => {
        const noting: typeof at = (point, images) => {
          counted += 1;
          return at(point, images);
        };
        return sam.gradient(noting, parameters, context);
      },
    };
  });
  afterAll(() => {
    delete registry.noted;
  });

  it('is taken while the step is recorded and never again, however often the graph runs', () => {
    const step = smallStep(aware('sam', base('adam'), { name: 'noted', rho: 0.05 }));
    const program = compileProgram(step.program(1));
    runStep(program, step, randomBatch(1), 0.01);
    expect([counted, step.countedEvaluations()]).toEqual([2, 2]);
    for (let index = 2; index < 8; index++) runStep(program, step, randomBatch(index), 0.01);
    program.dispose();
    expect([counted, step.countedEvaluations()]).toEqual([2, 2]);
  });

  it('adds less than 10 microseconds to a step, which is an addition', () => {
    const step = smallStep(aware('sam', base('adam'), { rho: 0.05 }));
    const program = compileProgram(step.program(1));
    runStep(program, step, randomBatch(1), 0.01);
    program.dispose();
    const steps = 100_000;
    let sum = 0;
    const start = performance.now();
    for (let index = 0; index < steps; index++) sum += step.countedEvaluations(step.kindOf(index));
    expect((performance.now() - start) / steps).toBeLessThan(0.01);
    expect(sum).toBe(2 * steps);
  });
});

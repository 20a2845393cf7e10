import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import { runStep } from '../../src/train/run-step.js';
import { base, everyOptimizer, randomBatch, smallStep } from '../train/small-step.js';
import { useEngine } from './engine.js';

// As cells train: TensorFlow fuses operations and folds constants, oneDNN has its own kernels. The golden cases say how
// far rewriting may move a step; this is to see that oneDNN's fused kernels compute the same thing as well.
describe('eager and compiled runs agree up to rounding with oneDNN and rewriting', () => {
  useEngine({ threads: 1 });

  it('in every gradient', () => {
    const step = smallStep(everyOptimizer['sam over adam'] as OptimizerSettings);
    const { images, labels } = randomBatch(1);
    const [eager, compiled] = [runEagerly, compileProgram].map((start) => {
      const program = start(step.program(1));
      const found = program.run('inspect', { images, labels });
      program.dispose();
      return found;
    });
    for (const name of ['clean', 'update']) {
      const left = eager?.[name] as Float32Array;
      const right = compiled?.[name] as Float32Array;
      const difference = Math.hypot(...left.map((value, index) => value - (right[index] as number)));
      expect(difference).toBeLessThan(1e-4 * Math.hypot(...left));
    }
  });

  it.each(['sgd', 'sam over sgd', 'asam over adam'])('in the losses of the first steps of %s', (name) => {
    const step = smallStep(everyOptimizer[name] ?? base('sgd'));
    const [eager, compiled] = [runEagerly, compileProgram].map((start) => {
      const program = start(step.program(1));
      const losses = [1, 2, 3].map((index) => runStep(program, step, randomBatch(index), 1e-4));
      program.dispose();
      return losses;
    });
    compiled?.forEach((measures, index) => {
      expect(measures.loss).toBeCloseTo(eager?.[index]?.loss as number, 3);
      expect(measures.gradientNorm / (eager?.[index]?.gradientNorm as number)).toBeCloseTo(1, 3);
    });
  });
});

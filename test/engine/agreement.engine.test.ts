import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor } from '../../src/engine/program.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import type { Measures } from '../../src/train/measures.js';
import { runStep } from '../../src/train/run-step.js';
import { differing } from '../optimizer/equalities.js';
import { base, everyOptimizer, randomBatch, smallStep } from '../train/small-step.js';
import { useEngine } from './engine.js';

const steps = 20;

function train(optimizer: OptimizerSettings, start: typeof runEagerly) {
  const step = smallStep(optimizer, { brightness: true });
  const program = start(step.program(1));
  const measures: Measures[] = [];
  for (let index = 0; index < steps; index++) {
    const brightness = Float32Array.from({ length: 8 }, (_, at) => (at - 4) / 10);
    measures.push(runStep(program, step, { ...randomBatch(index), brightness }, 0.01));
  }
  const logits = program.run('evaluate', { images: randomBatch(99).images }).logits;
  const state: Record<string, HostTensor> = {
    ...program.read(),
    logits: { shape: [80], values: logits as Float32Array },
  };
  program.dispose();
  return { state, measures };
}

// TensorFlow's rewriting off: the graph then runs the very kernels that run one by one.
describe('eager and compiled runs agree bit for bit', () => {
  useEngine({ threads: 1, graphRewriting: false });

  it.each(Object.keys(everyOptimizer))(`over ${steps} steps of %s: state, measures and logits`, (name) => {
    const optimizer = everyOptimizer[name] as OptimizerSettings;
    const eager = train(optimizer, runEagerly);
    const compiled = train(optimizer, compileProgram);
    expect(differing(eager.state, compiled.state)).toEqual([]);
    expect(compiled.measures).toEqual(eager.measures);
  });

  it('of training that does train: on one batch again and again the loss falls', () => {
    const step = smallStep(base('adam'));
    const program = compileProgram(step.program(1));
    const losses = Array.from({ length: steps }, () => runStep(program, step, randomBatch(1), 0.003).loss);
    program.dispose();
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));
  });
});

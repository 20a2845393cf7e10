/** Eager and compiled training side by side: to be compared under several settings of the engine, one process each. */
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor } from '../../src/engine/program.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import type { Measures } from '../../src/train/measures.js';
import { runStep } from '../../src/train/run-step.js';
import { differing } from '../optimizer/equalities.js';
import { everyOptimizer, randomBatch, smallStep } from '../train/small-step.js';
import { useEngine } from './engine.js';

/** Four cycles of LookSAM. */
const steps = 20;

/** Every rule once: of one rule with several settings the first. */
const everyRule = Object.entries(everyOptimizer).filter(
  ([, { name }], index, all) => all.findIndex(([, other]) => other.name === name) === index,
);

/** What any optimizer may be told besides, each of which takes a step along another path; and which are told. */
const ways: readonly [string, Partial<OptimizerSettings>, [string, OptimizerSettings][]][] = [
  ['whole batches', {}, Object.entries(everyOptimizer)],
  ['groups', { m: 4 }, everyRule],
  ['whole batches with moving statistics', { bn: 'moving' }, everyRule],
];

function train(optimizer: OptimizerSettings, start: typeof runEagerly) {
  const step = smallStep(optimizer, { brightness: true });
  const program = start(step.program(1));
  const measures: Measures[] = [];
  for (let index = 0; index < steps; index++) {
    const brightness = Float32Array.from({ length: 8 }, (_, at) => (at - 4) / 10);
    const batch = { ...randomBatch(index), brightness };
    measures.push(runStep(program, step, batch, 0.01, { seed: 1, step: index }));
  }
  const logits = program.run('evaluate', { images: randomBatch(99, step.groupSize).images }).logits;
  const state: Record<string, HostTensor> = {
    ...program.read(),
    logits: { shape: [logits?.length ?? 0], values: logits as Float32Array },
  };
  program.dispose();
  return { state, measures };
}

/**
 * Describes the agreement of every registered optimizer at `threads` threads. TensorFlow's rewriting is off: the graph then
 * runs the very kernels that run one by one.
 */
export function describeAgreement(threads: number): void {
  describe.each(ways)(
    `eager and compiled runs agree bit for bit with threads ${threads}, in %s`,
    (_, way, optimizers) => {
      useEngine({ threads, graphRewriting: false });

      it.each(optimizers)(`over ${steps} steps of %s: state, measures and logits`, (_name, optimizer) => {
        const settings = { ...optimizer, ...way } as OptimizerSettings;
        const eager = train(settings, runEagerly);
        const compiled = train(settings, compileProgram);
        expect(differing(eager.state, compiled.state)).toEqual([]);
        expect(compiled.measures).toEqual(eager.measures);
        // Numbers that are none would agree whatever was computed.
        expect(eager.state.logits?.values.every(Number.isFinite)).toBe(true);
      });
    },
  );
}

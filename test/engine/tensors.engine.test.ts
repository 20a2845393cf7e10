import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import { tf } from '../../src/engine/tensorflow.js';
import { runStep } from '../../src/train/run-step.js';
import { aware, base, randomBatch, smallStep } from '../train/small-step.js';
import { useEngine } from './engine.js';

const step = smallStep(aware('sam', base('adam')), { image: [8, 8, 3] });
const batch = randomBatch(1, 8, [8, 8, 3]);

describe('tensors alive', () => {
  useEngine({ threads: 1 });

  it('are as many after compiling as before, and after 500 compiled steps and their evaluation', () => {
    const before = tf().memory();
    const program = compileProgram(step.program(1));
    program.prepare('step');
    program.prepare('evaluate');
    expect(tf().memory().numTensors).toBe(before.numTensors);
    for (let index = 0; index < 500; index++) runStep(program, step, batch, 1e-4);
    program.run('evaluate', { images: batch.images });
    program.write(program.read());
    expect(tf().memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
      numBytes: before.numBytes,
    });
    program.dispose();
    expect(tf().memory().numTensors).toBe(before.numTensors);
  });

  it('are those of the state when run one by one, from step to step', () => {
    const before = tf().memory().numTensors;
    const program = runEagerly(step.program(1));
    const entries = Object.keys(program.read()).length;
    for (let index = 0; index < 5; index++) {
      runStep(program, step, batch, 1e-4);
      program.run('evaluate', { images: batch.images });
      expect(tf().memory().numTensors).toBe(before + entries);
    }
    program.dispose();
    expect(tf().memory().numTensors).toBe(before);
  });

  it('are as many after a function was refused', () => {
    const before = tf().memory().numTensors;
    const program = compileProgram({
      state: {},
      functions: {
        f: {
          inputs: { x: { shape: [2], dtype: 'float32' } },
          call: (_, { x }) => {
            const { square, sum } = tf();
            const y = sum(square(x as never));
            return { state: {}, outputs: { y: tf().scalar(y.dataSync()[0] as number) } };
          },
        },
      },
    });
    expect(() => program.prepare('f')).toThrow();
    program.dispose();
    expect(tf().memory().numTensors).toBe(before);
  });
});

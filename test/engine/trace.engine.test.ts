import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import type { Tensors } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { useEngine } from './engine.js';

const matrix = { shape: [64, 64], values: new Float32Array(64 * 64).fill(0.5) };

/** The state and its product with the input through a tangent; the product becomes the state. */
const program = {
  state: { m: matrix },
  functions: {
    step: {
      inputs: { x: { shape: [64, 64], dtype: 'float32' as const } },
      call: ({ m }: Tensors, { x }: Tensors) => {
        const { matMul, tanh, sum } = tf();
        const next = matMul(tanh(m as Tensor), tanh(x as Tensor2D));
        return { state: { m: next }, outputs: { total: sum(next) } };
      },
    },
  },
};

describe('a traced run', () => {
  // As it was recorded, operation for operation.
  useEngine({ threads: 1, oneDnn: false, graphRewriting: false });

  it('tells the time of every type of operation that was recorded', () => {
    const compiled = compileProgram(program);
    const { operations } = compiled.trace('step', { x: matrix.values });
    const counts = Object.fromEntries(operations.map(({ operation, count }) => [operation, count]));
    expect(counts).toMatchObject({
      Tanh: 2,
      BatchMatMulV2: 1,
      Sum: 1,
      ReadVariableOp: 1,
      AssignVariableOp: 1,
    });
    for (const { microseconds } of operations) expect(microseconds).toBeGreaterThan(0);
    compiled.dispose();
  });

  it('gives the outputs and keeps the state of any other run', () => {
    const [traced, plain] = [compileProgram(program), compileProgram(program)];
    const inputs = { x: matrix.values };
    for (let run = 0; run < 2; run++) {
      expect(traced.trace('step', inputs).outputs).toEqual(plain.run('step', inputs));
    }
    expect(traced.read()).toEqual(plain.read());
    traced.dispose();
    plain.dispose();
  });
});

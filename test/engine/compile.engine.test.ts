import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { type CompiledStep, compile, compileProgram } from '../../src/engine/compile.js';
import type { InputSpec, Program, ProgramFunction, Tensors } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { useEngine } from './engine.js';
import { bothWays, host, output, summing, vector } from './small-programs.js';

describe.each(bothWays)('a program, %s', (_, start) => {
  useEngine();

  it('keeps its state from run to run, and gives outputs from before and after the change', () => {
    const program = start(summing);
    expect(program.run('add', { x: Float32Array.of(10, 20) })).toEqual({
      before: Float32Array.of(1, 2),
      after: Float32Array.of(11, 22),
    });
    expect(program.run('add', { x: Float32Array.of(1, 1) }).after).toEqual(Float32Array.of(12, 23));
    expect(program.read()).toEqual({ sum: host(12, 23), count: { shape: [], values: Int32Array.of(2) } });
    program.dispose();
  });

  it('has functions that share one state', () => {
    const program = start(summing);
    program.run('add', { x: Float32Array.of(1, 1) });
    expect(program.run('look', {}).doubled).toEqual(Float32Array.of(4, 6));
    expect(program.read().sum).toEqual(host(2, 3));
    program.dispose();
  });

  it('reads copies, and takes back what it gave', () => {
    const program = start(summing);
    const saved = program.read();
    program.run('add', { x: Float32Array.of(5, 5) });
    expect(saved.sum).toEqual(host(1, 2));
    program.write(saved);
    expect(program.read()).toEqual(saved);
    (saved.sum as { values: Float32Array }).values[0] = 99;
    expect(program.read().sum).toEqual(host(1, 2));
    program.dispose();
  });

  it('writes some entries and leaves the others', () => {
    const program = start(summing);
    program.write({ sum: host(7, 8) });
    expect(program.read()).toMatchObject({ sum: host(7, 8), count: { values: Int32Array.of(0) } });
    program.dispose();
  });

  it('does not touch or keep the arrays that it is given', () => {
    const given = Float32Array.of(1, 2);
    const program = start({ ...summing, state: { ...summing.state, sum: { shape: [2], values: given } } });
    given.fill(50);
    const x = Float32Array.of(1, 1);
    program.run('add', { x });
    x.fill(50);
    expect(program.read().sum).toEqual(host(2, 3));
    program.dispose();
  });

  it('keeps its state as it was when a run fails', () => {
    const program = start({
      state: { n: host(0), sum: host(0) },
      functions: {
        pick: {
          inputs: { at: { shape: [1], dtype: 'int32' } },
          call: ({ n, sum }: Tensors, { at }: Tensors) => {
            const picked = tf().gather(tf().tensor1d([5, 7]), at as Tensor1D);
            return {
              state: { n: tf().add(n as Tensor, 1), sum: tf().add(sum as Tensor, picked) },
              outputs: {},
            };
          },
        },
      },
    });
    program.run('pick', { at: Int32Array.of(1) });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(() => program.run('pick', { at: Int32Array.of(9) })).toThrow();
    }
    expect(program.read()).toEqual({ n: host(1), sum: host(7) });
    program.dispose();
  });

  it('may have a function that does nothing', () => {
    const call = () => ({ state: {}, outputs: {} });
    const program = start({ state: {}, functions: { nothing: { inputs: {}, call } } });
    expect(program.run('nothing', {})).toEqual({});
    program.dispose();
  });

  it('exchanges entries of its state, each seeing the other as it was', () => {
    const program = start({
      state: { left: host(1), right: host(2) },
      functions: {
        exchange: {
          inputs: {},
          call: ({ left, right }: Tensors) => ({
            state: { left: right as Tensor, right: left as Tensor },
            outputs: {},
          }),
        },
      },
    });
    program.run('exchange', {});
    expect(program.read()).toEqual({ left: host(2), right: host(1) });
    program.dispose();
  });

  it('takes bytes as whole numbers', () => {
    const program = start({
      state: {},
      functions: {
        widen: {
          inputs: { bytes: { shape: [3], dtype: 'uint8' }, whole: { shape: [3], dtype: 'int32' } },
          call: (_, { bytes, whole }: Tensors) => ({
            state: {},
            outputs: {
              sum: tf().add(bytes as Tensor, whole as Tensor),
              kind: tf().scalar(bytes?.dtype === 'int32'),
            },
          }),
        },
      },
    });
    const found = program.run('widen', { bytes: Uint8Array.of(0, 127, 255), whole: Int32Array.of(-1, 0, 1) });
    expect(found).toEqual({ sum: Float32Array.of(-1, 127, 256), kind: Float32Array.of(1) });
    program.dispose();
  });
});

describe('compiling', () => {
  useEngine();

  it('runs no operation: a step too large for this machine can be compiled', () => {
    const large: InputSpec = { shape: [60000, 60000], dtype: 'float32' };
    const compiled = compile(
      (_, { x }) => ({ state: {}, outputs: { y: tf().sum(tf().matMul(x as Tensor2D, x as Tensor2D)) } }),
      { state: {}, inputs: { x: large } },
    );
    compiled.dispose();
  });

  it('gives back an input that is an output, and nothing after it is disposed of, in words', () => {
    const compiled = compile(
      output((x) => x),
      { state: {}, inputs: { x: vector(1) } },
    );
    expect(compiled.run({ x: Float32Array.of(1) })).toEqual({ y: Float32Array.of(1) });
    compiled.dispose();
    expect(() => compiled.run({ x: Float32Array.of(1) })).toThrow(/closed/);
    expect(() => compiled.dispose()).not.toThrow();
  });

  it('keeps two programs with state of the same name apart', () => {
    const increment: ProgramFunction = ({ n }) => ({ state: { n: tf().add(n as Tensor, 1) }, outputs: {} });
    const [left, right] = [1, 10].map((n) => compile(increment, { state: { n: host(n) }, inputs: {} })) as [
      CompiledStep,
      CompiledStep,
    ];
    left.run({});
    right.run({});
    right.run({});
    expect(left.read().n).toEqual(host(2));
    expect(right.read().n).toEqual(host(12));
    left.dispose();
    expect(right.read().n).toEqual(host(12));
    right.dispose();
  });

  it('records a function once, not at every run', () => {
    let calls = 0;
    const program: Program<'f'> = compileProgram({
      state: {},
      functions: {
        f: {
          inputs: { x: vector(1) },
          call: (_, { x }: Tensors) => {
            calls += 1;
            return { state: {}, outputs: { y: tf().neg(x as Tensor) } };
          },
        },
      },
    });
    expect(calls).toBe(0);
    program.run('f', { x: Float32Array.of(1) });
    expect(program.run('f', { x: Float32Array.of(2) }).y).toEqual(Float32Array.of(-2));
    expect(calls).toBe(1);
    program.dispose();
  });

  it('shares small constants and keeps the values of large ones', () => {
    const table = Float32Array.from({ length: 5000 }, (_, index) => index);
    const program = compileProgram({
      state: {},
      functions: {
        f: {
          inputs: { x: vector(5000) },
          call: (_, { x }: Tensors) => {
            const { add, mul, tensor1d } = tf();
            const y = add(mul(x as Tensor, tensor1d(table)), mul(x as Tensor, tensor1d(table)));
            return { state: {}, outputs: { y: add(add(y, 3), mul(y, 3)) } };
          },
        },
      },
    });
    const { y } = program.run('f', { x: new Float32Array(5000).fill(1) });
    expect(y?.[100]).toBe(4 * 200 + 3);
    program.dispose();
  });
});

/** Functions that cannot be compiled. */
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compile, compileProgram } from '../../src/engine/compile.js';
import { RecordingError } from '../../src/engine/guard.js';
import type { InputSpec, ProgramFunction, Tensors } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { useEngine } from './engine.js';
import { output, vector } from './small-programs.js';

describe('compiling', () => {
  useEngine();

  const refused = (call: ProgramFunction, inputs: Record<string, InputSpec> = { x: vector(4) }) => {
    try {
      compile(call, { state: {}, inputs }).dispose();
    } catch (error) {
      if (error instanceof RecordingError) return error.message;
      throw error;
    }
    return 'not refused';
  };
  it('refuses a value read on the host, which would be frozen into the graph', () => {
    expect(refused(output((x) => tf().mul(x, tf().sum(x).dataSync()[0] as number)))).toMatch(
      /reads a value on the host/,
    );
    expect(refused(output((x) => tf().tensor(x.arraySync())))).toMatch(/reads a value on the host/);
  });

  it.each<[string, (x: Tensor) => unknown]>([
    ['data()', (x) => x.data()],
    ['whereAsync', (x) => tf().whereAsync(tf().greater(x, 0))],
    ['booleanMaskAsync', (x) => tf().booleanMaskAsync(x, tf().greater(x, 0))],
  ])('refuses %s, with or without waiting for it', async (_, read) => {
    const waiting = async (state: Tensors, inputs: Tensors) => {
      await read(inputs.x as Tensor);
      return output((x) => x)(state, inputs);
    };
    expect(refused(waiting as unknown as ProgramFunction)).toMatch(/reads a value on the host/);
    const careless = output((x) => {
      read(x);
      return x;
    });
    expect(refused(careless)).toMatch(/reads a value on the host/);
    // A rejection that nobody catches would fail this test.
    await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('refuses what it has refused inside of the function too, where the function goes on', () => {
    const stubborn = output((x) => {
      try {
        return tf().mul(x, x.dataSync()[0] as number);
      } catch {
        return x;
      }
    });
    expect(refused(stubborn)).toMatch(/reads a value on the host/);
  });

  it.each([
    ['randomNormal', () => tf().randomNormal([4])],
    ['randomUniform', () => tf().randomUniform([4])],
    ['truncatedNormal', () => tf().truncatedNormal([4])],
    ['multinomial', () => tf().multinomial(tf().tensor1d([0.5, 0.5]), 4, 1)],
  ])('refuses %s instead of freezing one draw of it', (_, draw) => {
    const message = refused(output((x) => tf().add(x, tf().cast(draw(), 'float32'))));
    expect(message).toMatch(/draws random numbers/);
  });

  it('refuses shapes that depend on values', () => {
    expect(refused(output((x) => tf().unique(x as Tensor1D).values))).toMatch(
      /shape of the result of Unique.* depends/,
    );
  });

  it('refuses strings', () => {
    expect(
      refused(output((x) => tf().where(tf().equal(tf().tensor(['a']), tf().tensor(['a'])), x, x))),
    ).toMatch(/strings/);
  });

  it('refuses to assign a variable, which would change while recording and never again', () => {
    const variable = tf().variable(tf().tensor1d([1, 2, 3, 4]));
    const step = output((x) => {
      variable.assign(x as Tensor1D);
      return x;
    });
    expect(refused(step)).toMatch(/assigns a variable; return new state instead/);
    const training = output((x) => {
      const cost = () => tf().sum(tf().square(tf().mul(variable, x))) as Scalar;
      return tf().train.sgd(0.1).minimize(cost, true, [variable]) as Tensor;
    });
    expect(refused(training)).toMatch(/variable/);
    expect(refused(output((x) => tf().mul(variable, x)))).toMatch(/reads a variable.* make it state instead/);
    expect(Array.from(variable.dataSync())).toEqual([1, 2, 3, 4]);
    variable.assign(tf().tensor1d([4, 3, 2, 1]));
    expect(Array.from(variable.dataSync())).toEqual([4, 3, 2, 1]);
    variable.dispose();
  });

  it('refuses to keep a tensor beyond the function', () => {
    expect(refused(output((x) => tf().keep(tf().square(x))))).toMatch(/keeps a tensor/);
    expect(refused(output((x) => tf().mul(tf().variable(x), 2)))).toMatch(/keeps a tensor/);
  });

  it('refuses a function that compiles another', () => {
    const nested = output((x) => {
      compile(
        output((inner) => tf().add(inner, x)),
        { state: {}, inputs: { x: vector(4) } },
      );
      return x;
    });
    expect(refused(nested)).toMatch(/compiles a function in turn/);
  });

  it('records a refused function once, and refuses it each time', () => {
    let calls = 0;
    const random = output((x) => {
      calls += 1;
      return tf().add(x, tf().randomNormal([4]));
    });
    const program = compileProgram({
      state: {},
      functions: { random: { inputs: { x: vector(4) }, call: random } },
    });
    expect(() => program.prepare('random')).toThrow(RecordingError);
    const { nodes } = program.graph();
    expect(() => program.prepare('random')).toThrow(RecordingError);
    expect([calls, program.graph().nodes]).toEqual([1, nodes]);
    program.dispose();
  });

  it('works again after a refusal, compiled and operation by operation', () => {
    expect(refused(output((x) => tf().add(x, tf().randomNormal([4]))))).not.toBe('not refused');
    const compiled = compile(
      output((x) => tf().square(x)),
      { state: {}, inputs: { x: vector(2) } },
    );
    expect(compiled.run({ x: Float32Array.of(2, 3) }).y).toEqual(Float32Array.of(4, 9));
    compiled.dispose();
    expect(Array.from(tf().tensor1d([1, 2]).square().dataSync())).toEqual([1, 4]);
  });

  it('reports an operation that TensorFlow does not accept in its words', () => {
    const mismatch: ProgramFunction = (_, { x }) => ({
      state: {},
      outputs: { y: tf().concat([x as Tensor, tf().zeros([2, 2])], 0) },
    });
    expect(() => compile(mismatch, { state: {}, inputs: { x: vector(4) } })).toThrow();
  });
});

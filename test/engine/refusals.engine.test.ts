/** What a program refuses, run either way, and what can only not be compiled. */
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compile, compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor, InputSpec, ProgramFunction, Tensors } from '../../src/engine/program.js';
import { RecordingError } from '../../src/engine/record.js';
import { tf } from '../../src/engine/tensorflow.js';
import { useEngine } from './engine.js';
import { host, summing, vector } from './summing.js';

describe.each([
  ['operation by operation', runEagerly],
  ['compiled', compileProgram],
] as const)('a program, %s', (_, start) => {
  useEngine();

  it('refuses values of the wrong size, naming what they are for', () => {
    const program = start(summing);
    expect(() => program.run('add', { x: Float32Array.of(1) })).toThrow(
      /x: 1 values do not fill the shape \[2\]/,
    );
    expect(() => program.write({ sum: { shape: [2], values: Float32Array.of(1, 2, 3) } })).toThrow(
      /^sum: 3 values/,
    );
    expect(program.read().sum).toEqual(host(1, 2));
    program.dispose();
  });

  it('refuses to run without one of its inputs, naming it', () => {
    const program = start(summing);
    expect(() => program.run('add', {})).toThrow('add needs the input x');
    program.dispose();
  });

  it('refuses an entry that its state does not have, naming it', () => {
    const program = start(summing);
    expect(() => program.write({ average: host(1, 2) })).toThrow(/no entry average/);
    program.dispose();
    const wrong = start({
      state: { sum: host(1) },
      functions: {
        f: { inputs: {}, call: ({ sum }: Tensors) => ({ state: { total: sum as Tensor }, outputs: {} }) },
      },
    });
    expect(() => wrong.run('f', {})).toThrow(/no entry total/);
    wrong.dispose();
  });

  it('refuses values of another kind than its input or state, whose bytes are other numbers', () => {
    const program = start(summing);
    expect(() => program.run('add', { x: Int32Array.of(1, 2) })).toThrow(
      'x: needs Float32Array for float32, got Int32Array',
    );
    expect(() => program.write({ sum: { shape: [2], values: Int32Array.of(3, 4) } })).toThrow(
      /^sum: needs Float32/,
    );
    expect(() => program.write({ count: { shape: [], values: Float32Array.of(3) } })).toThrow(
      /^count: needs Int32/,
    );
    expect(program.read().sum).toEqual(host(1, 2));
    program.dispose();
    const bytes = { shape: [2], values: Uint8Array.of(1, 2) };
    expect(() => start({ state: { bytes }, functions: {} })).toThrow('bytes: needs Int32Array for int32, got Uint8Array');
  });

  it('refuses to be given another shape of the same size', () => {
    const program = start(summing);
    const turned: HostTensor = { shape: [1, 2], values: Float32Array.of(1, 2) };
    expect(() => program.write({ sum: turned })).toThrow('sum: has the shape [2], not [1, 2]');
    program.dispose();
  });

  it.each<[string, ProgramFunction, RegExp]>([
    [
      'state of another shape',
      ({ sum }) => ({ state: { sum: tf().concat([sum as Tensor1D, sum as Tensor1D]) }, outputs: {} }),
      /^sum: is float32 \[4\] after the function, float32 \[2\] before$/,
    ],
    [
      'state of another kind',
      ({ sum }) => ({ state: { sum: tf().cast(sum as Tensor, 'int32') }, outputs: {} }),
      /^sum: is int32 \[2\] after the function, float32 \[2\] before$/,
    ],
    [
      'complex outputs',
      ({ sum }) => ({ state: {}, outputs: { y: tf().complex(sum as Tensor, sum as Tensor) } }),
      /^y: outputs of complex64 are not read$/,
    ],
    [
      'a promise',
      (async () => ({ state: {}, outputs: {} })) as unknown as ProgramFunction,
      /at once and not as a promise/,
    ],
  ])('refuses a function that returns %s', (_what, call, message) => {
    const program = start({ state: { sum: host(1, 2) }, functions: { f: { inputs: {}, call } } });
    expect(() => program.run('f', {})).toThrow(message);
    program.dispose();
  });

  it('runs, reads and writes nothing after it is disposed of', () => {
    const program = start(summing);
    program.dispose();
    expect(() => program.run('look', {})).toThrow(/closed/);
    expect(() => program.read()).toThrow(/closed/);
    expect(() => program.write({ sum: host(1, 2) })).toThrow(/closed/);
    expect(() => program.dispose()).not.toThrow();
  });
});

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
  const output =
    (make: (x: Tensor) => Tensor) =>
    (_: Tensors, { x }: Tensors) => ({
      state: {},
      outputs: { y: make(x as Tensor) },
    });

  it('refuses a value read on the host, which would be frozen into the graph', () => {
    expect(refused(output((x) => tf().mul(x, tf().sum(x).dataSync()[0] as number)))).toMatch(
      /reads a value on the host/,
    );
    expect(refused(output((x) => tf().tensor(x.arraySync())))).toMatch(/reads a value on the host/);
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
      variable.assign(tf().add(variable, x) as Tensor1D);
      return tf().mul(variable, 1);
    });
    expect(refused(step)).toMatch(/assigns a variable; return new state instead/);
    const training = output((x) => {
      const cost = () => tf().sum(tf().square(tf().mul(variable, x))) as Scalar;
      return tf().train.sgd(0.1).minimize(cost, true, [variable]) as Tensor;
    });
    expect(refused(training)).toMatch(/assigns a variable/);
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

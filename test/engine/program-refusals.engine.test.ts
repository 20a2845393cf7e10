/** What a program refuses, run either way. */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import type { HostTensor, ProgramFunction, Tensors } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { useEngine } from './engine.js';
import { bothWays, host, summing } from './small-programs.js';

describe.each(bothWays)('a program, %s', (_, start) => {
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
    expect(() => start({ state: { bytes }, functions: {} })).toThrow(
      'bytes: needs Int32Array for int32, got Uint8Array',
    );
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

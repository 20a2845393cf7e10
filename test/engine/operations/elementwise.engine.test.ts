import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { execute } from '../../../src/engine/backend.js';
import { compile } from '../../../src/engine/compile.js';
import { kinds } from '../../../src/engine/fusions/elementwise.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { adamInParts, adamInputs, adamProgram, adamResults, bitsOf, elementwise } from './elementwise.js';
import { expectBytes, normal } from './numbers.js';

/** Normal numbers, and all pairs of such as are treated in ways of their own. */
function pair(size: number): [Tensor, Tensor] {
  const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-40, -1e-40, 1.2e-38, 3e38, 0.1];
  const [left, right] = ['left', 'right'].map((name) => Float32Array.from(normal(name, [size]).dataSync()));
  for (let i = 0; i < size && i < special.length ** 2; i++) {
    // Spread, so that they meet whole vectors of instructions and what is left of them.
    const at = (i * 7) % size;
    (left as Float32Array)[at] = special[i % special.length] as number;
    (right as Float32Array)[at] = special[Math.floor(i / special.length)] as number;
  }
  return [tf().tensor(left as Float32Array), tf().tensor(right as Float32Array)];
}

describe('an elementwise operation', () => {
  useEngine();

  const sizes = [1, 3, 160, 1024, 1025, 8193];
  const one = ['Sqrt', 'Neg', 'Abs', 'Square'];
  const type = { T: { type: 'float32' } } as const;

  describe.each(Object.entries(kinds))('%s', (name, kind) => {
    const expected = (...inputs: Tensor[]) =>
      bitsOf(execute(name, type, one.includes(name) ? inputs.slice(0, 1) : inputs, 1)[0] as Tensor);
    const right = one.includes(name) ? 0 : 1;

    it.each(sizes)('has the bits of TensorFlow\u2019s with %s numbers', (size) => {
      const [a, b] = pair(size);
      const [y] = elementwise([a, b], [[kind, 0, right]], [2]);
      expect(y?.shape).toEqual([size]);
      expectBytes(bitsOf(y as Tensor), expected(a, b));
    });

    it.each([0.1, -0, 0, -2.5])('has them with %s for one of the two', (number) => {
      const [a] = pair(2051);
      const [scalar, single] = [tf().scalar(number), tf().tensor1d([number])];
      for (const b of [scalar, single]) {
        const [after] = elementwise([a, b], [[kind, 0, right]], [2]);
        expectBytes(bitsOf(after as Tensor), expected(a, b));
        if (right === 0) continue;
        const [before] = elementwise([a, b], [[kind, 1, 0]], [2]);
        expectBytes(bitsOf(before as Tensor), expected(b, a));
      }
    });
  });

  it('computes from two numbers what it computes from two vectors of them', () => {
    const { fill, scalar, zeros } = tf();
    const size = 1100;
    const [a, b] = [0.3, -7.1];
    for (const kind of new Set(Object.values(kinds))) {
      const inputs = [zeros([size]), scalar(a), scalar(b)];
      const [y] = elementwise(inputs, [[kind, 1, 2]], [3]);
      const [all] = elementwise([fill([size], a), fill([size], b)], [[kind, 0, 1]], [2]);
      expect(bitsOf(y as Tensor)).toEqual(bitsOf(all as Tensor));
    }
  });

  it('of nothing is nothing, and of a tensor of any rank one of that shape', () => {
    expect(elementwise([tf().zeros([0])], [[0, 0, 0]], [1])[0]?.shape).toEqual([0]);
    expect(elementwise([tf().zeros([2, 0, 3]), tf().scalar(1)], [[0, 0, 1]], [2])[0]?.shape).toEqual([
      2, 0, 3,
    ]);
    const x = normal('x', [3, 1, 700]);
    const [y] = elementwise([x], [[0, 0, 0]], [1]);
    expect(y?.shape).toEqual([3, 1, 700]);
    expect(bitsOf(y as Tensor)).toEqual(bitsOf(tf().add(x, x)));
  });

  it.each([5, 1024, 30011])('runs programs of several outputs over %s numbers', (size) => {
    const inputs = adamInputs(size);
    const outputs = elementwise(inputs, adamProgram, adamResults);
    adamInParts(inputs).forEach((part, index) => {
      expectBytes(bitsOf(outputs[index] as Tensor), bitsOf(part));
    });
  });

  it('gives the same where its outputs take the memory of its inputs', () => {
    const size = 30011;
    const spec = { shape: [size], dtype: 'float32' } as const;
    const names = ['g', 'm', 'v', 'w'];
    const numbers = adamInputs(size);
    // Results of another operation, which nobody else reads.
    const given = (fed: Record<string, Tensor>) => [
      ...names.map((name) => tf().reverse(fed[name] as Tensor)),
      ...[0.1, 0.001, 0.01, 1e-7].map((value) => tf().scalar(value)),
    ];
    const outputsOf = (compute: (inputs: Tensor[]) => Tensor[]) => {
      const compiled = compile(
        (_, fed) => ({
          state: {},
          outputs: Object.fromEntries(compute(given(fed)).map((y, i) => [`${i}`, y])),
        }),
        { state: {}, inputs: Object.fromEntries(names.map((name) => [name, spec])) },
      );
      const values = names.map((name, index) => [name, (numbers[index] as Tensor).dataSync()] as const);
      const outputs = compiled.run(Object.fromEntries(values) as Record<string, Float32Array>);
      compiled.dispose();
      return Object.values(outputs).map(bitsOf);
    };
    const fed = Object.fromEntries(names.map((name, index) => [name, numbers[index] as Tensor]));
    const expected = adamInParts(given(fed)).map(bitsOf);
    outputsOf((inputs) => elementwise(inputs, adamProgram, adamResults)).forEach((bits, index) => {
      expectBytes(bits, expected[index] as Int32Array);
    });
  });

  it('says what is wrong with a program', () => {
    const x = normal('x', [10]);
    const wrong: [number[][], number[], string][] = [
      [[], [1], 'no three numbers for each instruction'],
      [[[0, 0]], [1], 'no three numbers for each instruction'],
      [[[9, 0, 0]], [1], 'unknown kind in instruction 0'],
      [[[-1, 0, 0]], [1], 'unknown kind in instruction 0'],
      [[[0, 0, 1]], [1], 'reads in instruction 0 what is not there yet'],
      [[[0, -1, 0]], [1], 'reads in instruction 0 what is not there yet'],
      [[[0, 0, 0]], [0], 'gives as output 0 what it does not compute'],
      [[[0, 0, 0]], [2], 'gives as output 0 what it does not compute'],
      [[[0, 0, 0]], [1, 1], 'gives one value twice'],
    ];
    for (const [program, results, problem] of wrong)
      expect(() => elementwise([x], program, results)).toThrow(problem);
  });

  it('refuses vectors of other shapes than the first', () => {
    const of = (...shapes: number[][]) =>
      elementwise(
        shapes.map((shape) => normal('x', shape)),
        [[0, 0, 1]],
        [2],
      );
    expect(() => of([10], [9])).toThrow('input 1 of shape [9] instead of [10]');
    expect(() => of([10], [1, 10])).toThrow('input 1 of shape [1, 10] instead of [10]');
    expect(() => of([], [10])).toThrow('input 1 of shape [10] instead of []');
  });
});

import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { type Kernel, run } from '../../../src/engine/operations/kernel.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';

describe('an operation with a gradient of its own', () => {
  useEngine();
  const asked: string[] = [];
  const weighted: Kernel<'left' | 'right'> = {
    name: 'TestWeightedProduct',
    inputs: ['left', 'right'],
    forward: ({ left, right }, { weight }) => [tf().mul(tf().mul(left, right), Number(weight))],
    keeps: { inputs: ['left', 'right'], outputs: [] },
    gradient: ([dy], [left, right], { weight }) => {
      const slope = (name: string, other: Tensor | undefined) => () => {
        asked.push(name);
        return tf().mul(tf().mul(dy as Tensor, other as Tensor), Number(weight));
      };
      return { left: slope('left', right), right: slope('right', left) };
    },
  };
  const product = (left: Tensor, right: Tensor) => run(weighted, { left, right }, { weight: 3 })[0] as Tensor;

  it('gets its parameters in both directions', () => {
    const { tensor1d, grads, sum } = tf();
    const [left, right] = [tensor1d([2]), tensor1d([5])];
    expect(product(left, right).dataSync()[0]).toBe(30);
    const slopes = grads((a, b) => sum(product(a, b)))([left, right]);
    expect(slopes.map((slope) => slope.dataSync()[0])).toEqual([15, 6]);
  });

  it('computes only the gradients that somebody asks for', () => {
    const { tensor1d, grad, sum } = tf();
    asked.length = 0;
    grad((t) => sum(product(t, tensor1d([5]))))(tensor1d([2]));
    expect(asked).toEqual(['left']);
  });

  it('may have several outputs', () => {
    const both: Kernel<'x'> = {
      name: 'TestSquareAndCube',
      inputs: ['x'],
      forward: ({ x }) => [tf().square(x), tf().mul(tf().square(x), x)],
      keeps: { inputs: ['x'], outputs: [0] },
      gradient: ([dSquare, dCube], [x, square]) => ({
        x: () =>
          tf().add(
            tf().mul(tf().mul(dSquare as Tensor, x as Tensor), 2),
            tf().mul(tf().mul(dCube as Tensor, square as Tensor), 3),
          ),
      }),
    };
    const { tensor1d, grad, sum, add } = tf();
    const slope = grad((t) => {
      const [square, cube] = run(both, { x: t }) as [Tensor, Tensor];
      return sum(add(square, cube));
    })(tensor1d([2, 3]));
    expect(Array.from(slope.dataSync())).toEqual([2 * 2 + 3 * 4, 2 * 3 + 3 * 9]);
  });
});

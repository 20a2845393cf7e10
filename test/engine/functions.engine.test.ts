import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { InputSpec, ProgramFunction } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { agreeBitForBit, inputs, type Make } from './bit-for-bit.js';
import { useEngine } from './engine.js';

/** Ordinary tfjs code of many kinds: what other people's steps are made of. */
const functions: Record<string, Make> = {
  'arithmetic with broadcasting': ({ m }) => {
    const { add, sub, mul, div, tensor1d } = tf();
    return div(sub(mul(m, 3), 1), add(tensor1d([1, 2, 3, 4]), 0.5));
  },
  'pow, exp, log, sqrt, rsqrt, abs, sign, floor, round': ({ v }) => {
    const { pow, exp, log, sqrt, rsqrt, abs, sign, floor, round, scalar, stack, add } = tf();
    const positive = add(abs(v), 0.1);
    return stack([
      pow(positive, scalar(1.7)),
      exp(v),
      log(positive),
      sqrt(positive),
      rsqrt(positive),
      sign(v),
      floor(v),
      round(v),
    ]);
  },
  'sin, tanh, sigmoid, softplus, elu, selu, leakyRelu, erf': ({ v }) => {
    const { sin, tanh, sigmoid, softplus, elu, selu, leakyRelu, erf, stack } = tf();
    return stack([sin(v), tanh(v), sigmoid(v), softplus(v), elu(v), selu(v), leakyRelu(v, 0.3), erf(v)]);
  },
  'matMul with and without transposition': ({ m, n }) => {
    const { matMul } = tf();
    return [matMul(m, n), matMul(n, m, true, true), matMul(m, m, false, true)];
  },
  'batched matMul, einsum, dot, outerProduct': ({ m, n, v }) => {
    const { matMul, stack, einsum, dot, outerProduct } = tf();
    const batched = matMul(stack([m, m]) as Tensor3D, stack([n, n]) as Tensor3D);
    return [batched, einsum('ij,jk->ik', m, n), dot(v, v), outerProduct(v, v)];
  },
  'sum, mean, max, min, prod, any and all over axes': ({ m }) => {
    const { sum, mean, max, min, prod, any, all, greater, cast } = tf();
    const positive = greater(m, 0);
    return [
      sum(m),
      sum(m, 0),
      mean(m, 1, true),
      max(m, 1),
      min(m, 0),
      prod(m, 1),
      cast(any(positive, 1), 'float32'),
      cast(all(positive, 0), 'float32'),
    ];
  },
  'moments, norm, logSumExp': ({ m }) => {
    const { moments, norm, logSumExp } = tf();
    const { mean, variance } = moments(m, 0);
    return [mean, variance, norm(m), logSumExp(m, 1)];
  },
  'softmax, logSoftmax, argMax, argMin, topk': ({ m }) => {
    const { softmax, logSoftmax, argMax, argMin, topk } = tf();
    const { values: largest, indices } = topk(m, 2);
    return [softmax(m), logSoftmax(m), argMax(m, 1), argMin(m, 0), largest, indices];
  },
  'slice, stridedSlice, reverse, pad, tile': ({ m }) => {
    const { slice, stridedSlice, reverse, pad, tile } = tf();
    return [
      slice(m, [1, 1], [2, -1]),
      stridedSlice(m, [0, 3], [3, 0], [2, -1]),
      reverse(m, 1),
      pad(m, [
        [1, 0],
        [0, 2],
      ]),
      tile(m, [2, 1]),
    ];
  },
  'concat, stack, unstack, split': ({ m }) => {
    const { concat, stack, unstack, split } = tf();
    return [concat([m, m], 1), stack([m, m], 1), ...unstack(m), ...split(m, [1, 3], 1), ...split(m, 2, 1)];
  },
  'reshape, transpose, expandDims, squeeze, broadcastTo': ({ m, v }) => {
    const { reshape, transpose, expandDims, squeeze, broadcastTo } = tf();
    return [reshape(m, [2, 6]), transpose(m), squeeze(expandDims(m, 1)), broadcastTo(v, [3, 6])];
  },
  'gather, gatherND, oneHot': ({ m, v, i }) => {
    const { gather, gatherND, oneHot, expandDims } = tf();
    return [gather(m, i, 1), gather(v, i), gatherND(v, expandDims(i, 1)), oneHot(i, 4)];
  },
  'scatterND, unsortedSegmentSum, bincount, cumsum': ({ v, i }) => {
    const { scatterND, unsortedSegmentSum, bincount, cumsum, expandDims } = tf();
    return [
      scatterND(expandDims(i, 1) as Tensor2D, v, [4]),
      unsortedSegmentSum(v, i, 4),
      bincount(i, v, 4),
      cumsum(v, 0, true, true),
    ];
  },
  'comparisons, logic and where': ({ m }) => {
    const { greater, lessEqual, logicalAnd, logicalNot, where, neg, zerosLike, equal, cast } = tf();
    const positive = greater(m, 0);
    return [
      where(positive, m, neg(m)),
      cast(logicalAnd(positive, logicalNot(lessEqual(m, 0.5))), 'int32'),
      cast(equal(m, zerosLike(m)), 'float32'),
    ];
  },
  'clipByValue, maximum, minimum, mod, floorDiv, squaredDifference': ({ m, i }) => {
    const { clipByValue, maximum, minimum, mod, floorDiv, squaredDifference, scalar } = tf();
    return [
      clipByValue(m, -0.5, 0.5),
      maximum(m, 0.1),
      minimum(m, 0.1),
      squaredDifference(m, 1),
      mod(i, scalar(3, 'int32')),
      floorDiv(i, scalar(2, 'int32')),
    ];
  },
  'fill, zeros, ones, eye, linspace, range': ({ m, v }) => {
    const { fill, zeros, ones, eye, linspace, range, add, mul } = tf();
    return [
      add(m, fill([3, 4], 2)),
      mul(m, zeros([3, 4])),
      add(m, ones([4])),
      add(m, eye(3, 4)),
      mul(v, linspace(0, 1, 6)),
      add(v, range(0, 6)),
    ];
  },
};

describe('functions of tfjs', () => {
  // Without rewriting and oneDNN, so that the kernels are the same and the bits can be.
  useEngine({ threads: 1, oneDnn: false, graphRewriting: false });

  agreeBitForBit(functions);

  it('keep what they check: a gather beyond the end fails when the graph runs', () => {
    const call: ProgramFunction = (_, { v, i }) => ({
      state: {},
      outputs: { y: tf().gather(v as Tensor, i as Tensor1D) },
    });
    const compiled = compile(call, {
      state: {},
      inputs: { v: inputs.v as InputSpec, i: inputs.i as InputSpec },
    });
    const v = Float32Array.of(0, 1, 2, 3, 4, 5);
    expect(compiled.run({ v, i: Int32Array.of(5, 4, 3, 2, 1, 0) }).y).toEqual(v.toReversed());
    expect(() => compiled.run({ v, i: new Int32Array(6).fill(6) })).toThrow(
      /indices\[0\] = 6 is not in \[0, 6\)/,
    );
    compiled.dispose();
    expect(() => tf().gather(tf().tensor1d([1]), tf().tensor1d([1], 'int32'))).toThrow(/not in/);
  });

  it('have the shapes and kinds that they have eagerly', () => {
    const seen: unknown[] = [];
    const call: ProgramFunction = (_, { m }) => {
      const { topk, greater, sum, reshape, concat } = tf();
      const made = [
        topk(m as Tensor2D, 2).indices,
        greater(m as Tensor, 0),
        sum(m as Tensor, 1),
        reshape(m as Tensor, [-1]),
      ];
      made.push(concat([m as Tensor2D, m as Tensor2D], 0));
      seen.push(made.map(({ shape, dtype }) => ({ shape, dtype })));
      return { state: {}, outputs: {} };
    };
    const only = { m: inputs.m as InputSpec };
    runEagerly({ state: {}, functions: { f: { inputs: only, call } } }).run('f', { m: new Float32Array(12) });
    compile(call, { state: {}, inputs: only }).dispose();
    expect(seen[1]).toEqual(seen[0]);
  });
});

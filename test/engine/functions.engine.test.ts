import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor, InputSpec, ProgramFunction } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { stream } from '../../src/stream.js';
import { useEngine } from './engine.js';

type Make = (inputs: {
  m: Tensor2D;
  n: Tensor2D;
  v: Tensor1D;
  i: Tensor1D;
  x: Tensor4D;
  k: Tensor4D;
}) => Tensor | Tensor[];

/** m [3, 4], n [4, 2], v [6] and x [2, 6, 6, 3] in -1 .. 1, i [6] in 0 .. 3, k [3, 3, 3, 4]. */
const inputs: Record<string, InputSpec> = {
  m: { shape: [3, 4], dtype: 'float32' },
  n: { shape: [4, 2], dtype: 'float32' },
  v: { shape: [6], dtype: 'float32' },
  i: { shape: [6], dtype: 'int32' },
  x: { shape: [2, 6, 6, 3], dtype: 'float32' },
  k: { shape: [3, 3, 3, 4], dtype: 'float32' },
};

function values(): Record<string, HostTensor['values']> {
  const random = stream(1, 'test', 'functions');
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const array =
        dtype === 'int32'
          ? Int32Array.from({ length }, () => random.integer(4))
          : Float32Array.from({ length }, () => 2 * random.uniform() - 1);
      return [name, array];
    }),
  );
}

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
  'conv2d with SAME, VALID, strides and dilations': ({ x, k }) => {
    const { conv2d } = tf();
    return [
      conv2d(x, k, 1, 'same'),
      conv2d(x, k, 2, 'same'),
      conv2d(x, k, [2, 1], 'valid'),
      conv2d(x, k, 1, 'same', 'NHWC', 2),
    ];
  },
  'depthwiseConv2d, separableConv2d, conv2dTranspose': ({ x, k }) => {
    const { depthwiseConv2d, conv2dTranspose, slice } = tf();
    return [
      depthwiseConv2d(x, slice(k, [0, 0, 0, 0], [3, 3, 3, 2]), 1, 'same'),
      conv2dTranspose(x, slice(k, [0, 0, 0, 0], [3, 3, 3, 3]), [2, 12, 12, 3], 2, 'same'),
    ];
  },
  'maxPool, avgPool': ({ x }) => {
    const { maxPool, avgPool } = tf();
    return [maxPool(x, 2, 2, 'same'), avgPool(x, 3, 1, 'same'), avgPool(x, [6, 6], 1, 'valid')];
  },
  'batchNorm, localResponseNormalization': ({ x }) => {
    const { batchNorm, localResponseNormalization, moments } = tf();
    const { mean, variance } = moments(x, [0, 1, 2]);
    return [batchNorm(x, mean as Tensor1D, variance as Tensor1D), localResponseNormalization(x)];
  },
  'image.resizeBilinear, image.flipLeftRight, image.cropAndResize': ({ x }) => {
    const { image, tensor2d, tensor1d } = tf();
    return [
      image.resizeBilinear(x, [4, 9]),
      image.resizeNearestNeighbor(x, [3, 3]),
      image.cropAndResize(x, tensor2d([[0, 0, 0.5, 1]]), tensor1d([1], 'int32'), [3, 3]),
    ];
  },
  'fft and its inverse': ({ m }) => {
    const { spectral, complex, real, imag, zerosLike } = tf();
    const transformed = spectral.fft(complex(m, zerosLike(m)));
    return [real(transformed), imag(transformed), real(spectral.ifft(transformed)), real(spectral.rfft(m))];
  },
  'the losses of tf.losses': ({ m }) => {
    const { losses, softmax, abs } = tf();
    const target = softmax(m);
    return [
      losses.softmaxCrossEntropy(target, m),
      losses.meanSquaredError(target, m),
      losses.huberLoss(target, m),
      losses.sigmoidCrossEntropy(target, m),
      losses.logLoss(target, softmax(abs(m))),
    ];
  },
  'the gradient of a softmax cross-entropy over a dense layer': ({ m, n }) => {
    const { grads, losses, matMul, oneHot, tensor1d, tanh } = tf();
    const labels = oneHot(tensor1d([0, 1, 0], 'int32'), 2);
    return grads((left, right) =>
      losses.softmaxCrossEntropy(labels, tanh(matMul(left as Tensor2D, right as Tensor2D))).asScalar(),
    )([m, n]);
  },
  'gradients of a convolution, pooling and reductions': ({ x, k }) => {
    const { grads, conv2d, maxPool, mean, square, relu } = tf();
    return grads((image, kernel) =>
      mean(square(maxPool(relu(conv2d(image as Tensor4D, kernel as Tensor4D, 1, 'same')), 2, 2, 'valid'))),
    )([x, k]);
  },
  'gradients of max, min, prod, cumsum, gather and slice': ({ v, i }) => {
    const { grad, max, sum, cumsum, gather, slice, mul, add } = tf();
    return grad((t) =>
      add(
        max(t),
        add(sum(mul(cumsum(t), t)), add(sum(gather(t, i)), sum(mul(slice(t, [1], [3]), slice(t, [2], [3]))))),
      ),
    )(v);
  },
  'a gradient of a gradient': ({ v }) => {
    const { grad, sum, pow, scalar, mul } = tf();
    return grad((t) => sum(mul(grad((u) => sum(pow(u, scalar(3, 'int32'))))(t), t)))(v);
  },
  'a custom gradient': ({ v }) => {
    const { customGrad, grad, square, mul, sum } = tf();
    const odd = customGrad((t, save) => {
      (save as (tensors: Tensor[]) => void)([t as Tensor]);
      return {
        value: square(t as Tensor),
        gradFunc: (dy, [kept]) => mul(dy as Tensor, mul(kept as Tensor, 7)),
      };
    });
    return grad((t) => sum(odd(t)))(v);
  },
  'an optimizer written with tfjs functions': ({ v }) => {
    const { add, mul, div, sqrt, square, sub, grad, sum } = tf();
    const gradient = grad((t) => sum(square(t)))(v);
    const second = mul(square(gradient), 0.001);
    return sub(v, div(mul(gradient, 0.1), add(sqrt(second), 1e-7)));
  },
};

describe('functions of tfjs', () => {
  // Without rewriting and oneDNN, so that the kernels are the same and the bits can be.
  useEngine({ threads: 1, oneDnn: false, graphRewriting: false });

  it.each(Object.keys(functions))('%s: compiled as eagerly, bit for bit', (name) => {
    const make = functions[name] as Make;
    const call: ProgramFunction = (_, fed) => {
      const made = [make(fed as never)].flat();
      return { state: {}, outputs: Object.fromEntries(made.map((tensor, index) => [`${index}`, tensor])) };
    };
    const eager = runEagerly({ state: {}, functions: { f: { inputs, call } } });
    const compiled = compile(call, { state: {}, inputs });
    const expected = eager.run('f', values());
    expect(compiled.run(values())).toEqual(expected);
    for (const output of Object.values(expected)) expect(output.every(Number.isFinite)).toBe(true);
    compiled.dispose();
  });

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

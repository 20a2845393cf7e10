import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../../src/engine/compile.js';
import { runEagerly } from '../../../src/engine/eager.js';
import { normalizeByBatch } from '../../../src/engine/operations/batch-normalization.js';
import {
  branchAndNormalize,
  convolveAndJoin,
  convolveAndNormalize,
} from '../../../src/engine/operations/normalized-convolution.js';
import { averagePool } from '../../../src/engine/operations/pool.js';
import type { InputSpec, ProgramDefinition } from '../../../src/engine/program.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { useEngine } from '../engine.js';
import { expectBytes, expectSame, normal } from '../operations/numbers.js';

const epsilon = 1e-3;

/** A bottleneck block: channels inside and after it, stride; one that changes channels or size has a convolution as shortcut. */
interface Block {
  width: number;
  outputs: number;
  stride?: number;
}

/** Images, and blocks one after the other. */
interface Network {
  images: readonly [number, number, number, number];
  blocks: readonly Block[];
}

const projects = ({ outputs, stride = 1 }: Block, channels: number) => stride > 1 || outputs !== channels;

const outputsOf = ({ images, blocks }: Network) => blocks.at(-1)?.outputs ?? images[3];

/** The shapes of all that a network is made of, and a normalization at its end. */
function shapesOf(network: Network): Record<string, readonly number[]> {
  let channels = network.images[3];
  const shapes: Record<string, readonly number[]> = { x: network.images };
  const normalization = (name: string, length: number) => {
    shapes[`${name}.scale`] = [length];
    shapes[`${name}.offset`] = [length];
  };
  network.blocks.forEach((block, index) => {
    const { width, outputs } = block;
    shapes[`${index}.first`] = [1, 1, channels, width];
    shapes[`${index}.second`] = [3, 3, width, width];
    shapes[`${index}.last`] = [1, 1, width, outputs];
    if (projects(block, channels)) shapes[`${index}.shortcut`] = [1, 1, channels, outputs];
    for (const part of ['first', 'second']) normalization(`${index}.${part}`, width);
    normalization(`${index}.last`, outputs);
    channels = outputs;
  });
  normalization('head', channels);
  return shapes;
}

/** The network, and after it a normalization and the mean over the image. */
function run({ blocks }: Network, given: Record<string, Tensor>): Tensor {
  const images = (name: string) => given[name] as Tensor4D;
  const affine = (name: string) =>
    [given[`${name}.scale`] as Tensor1D, given[`${name}.offset`] as Tensor1D, epsilon] as const;
  let x = images('x');
  blocks.forEach((block, index) => {
    const [first, second, last] = ['first', 'second', 'last'].map((part) => `${index}.${part}`) as [
      string,
      string,
      string,
    ];
    const { stride = 1 } = block;
    const branch = branchAndNormalize(x, images(first), stride, ...affine(first), true);
    const rectify = { rectify: true };
    const inner = convolveAndNormalize(branch.y, images(second), stride, ...affine(second), rectify).y;
    const end = projects(block, x.shape[3])
      ? convolveAndJoin(inner, images(last), ...affine(last), {
          x: branch.x,
          kernel: images(`${index}.shortcut`),
        })
      : convolveAndNormalize(inner, images(last), 1, ...affine(last), { rectify: true, shortcut: branch.x });
    x = end.y;
  });
  return averagePool(normalizeByBatch(x, ...affine('head'), { rectify: true }).y);
}

/** A network and its gradients as a program without state. */
function programOf(network: Network): ProgramDefinition<'forward' | 'both'> {
  const shapes = shapesOf(network);
  const names = Object.keys(shapes);
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' } as InputSpec]),
  );
  const forward = (...given: Tensor[]) =>
    run(network, Object.fromEntries(names.map((name, index) => [name, given[index] as Tensor])));
  const all = (given: Record<string, Tensor>) => names.map((name) => given[name] as Tensor);
  return {
    state: {},
    functions: {
      forward: { inputs, call: (_, given) => ({ state: {}, outputs: { y: forward(...all(given)) } }) },
      both: {
        inputs,
        call(_, given) {
          const { sum, mul, valueAndGrads } = tf();
          const cotangent = normal('cotangent', [network.images[0], outputsOf(network)]);
          const loss = (...each: Tensor[]) => sum(mul(forward(...each), cotangent)) as Scalar;
          const { value, grads } = valueAndGrads(loss)(all(given));
          const named = names.map((name, index) => [name, grads[index] as Tensor] as const);
          return { state: {}, outputs: { value, ...Object.fromEntries(named) } };
        },
      },
    },
  };
}

// In none of them is a unit so near zero that rounding decides whether its gradient passes.
// With products that are kept and (four times as wide) that are not, at the end of a block and at the one before.
const networks: [string, Network][] = [
  ['a block four times as wide as inside', { images: [5, 9, 7, 64], blocks: [{ width: 16, outputs: 64 }] }],
  ['a block that widens its input', { images: [5, 9, 7, 16], blocks: [{ width: 16, outputs: 64 }] }],
  ['a block twice as wide as inside', { images: [5, 9, 7, 64], blocks: [{ width: 32, outputs: 64 }] }],
  [
    'a block of every second pixel',
    { images: [5, 9, 8, 64], blocks: [{ width: 64, outputs: 128, stride: 2 }] },
  ],
  [
    'a wide block of every second pixel',
    { images: [5, 8, 9, 16], blocks: [{ width: 16, outputs: 64, stride: 2 }] },
  ],
  [
    'a block of numbers of channels that panels do not divide',
    { images: [3, 5, 5, 80], blocks: [{ width: 48, outputs: 80 }] },
  ],
  ['a block over many chunks and tiles', { images: [33, 17, 15, 64], blocks: [{ width: 32, outputs: 96 }] }],
  ['a block of one pixel', { images: [40, 1, 1, 32], blocks: [{ width: 16, outputs: 32 }] }],
  [
    'wide blocks, and narrower ones of every second pixel',
    {
      images: [5, 9, 8, 16],
      blocks: [
        { width: 16, outputs: 64 },
        { width: 16, outputs: 64 },
        { width: 48, outputs: 96, stride: 2 },
        { width: 48, outputs: 96 },
        { width: 32, outputs: 64, stride: 2 },
      ],
    },
  ],
];

/** What the fused graph must be made of, so that it is known to have been fused. */
function fusedTypes({ images, blocks }: Network, gradient: boolean): string[] {
  const kinds = blocks.map((block, index) =>
    projects(block, blocks[index - 1]?.outputs ?? images[3]) ? 'Residual' : '',
  );
  return [
    ...blocks.map(({ stride = 1 }) => `SambenchMeasured${stride === 2 ? 'Strided' : ''}Convolution`),
    ...kinds.map((kind) => `SambenchNormalized${kind}Project`),
    'SambenchNormalizeAndPool',
    ...(gradient
      ? [
          'SambenchMeasuredConvolutionInputGrad',
          'SambenchMeasuredBranchingProjectGrad',
          ...kinds.map((kind) => `SambenchNormalized${kind}ProjectGrad`),
          'SambenchNormalizeAndPoolGrad',
        ]
      : []),
  ];
}

describe('fused operations', () => {
  useEngine();

  describe.each(networks)('of %s', (_, network) => {
    const program = programOf(network);
    const values = () =>
      Object.fromEntries(
        Object.entries(shapesOf(network)).map(([name, shape]) => [
          name,
          Float32Array.from(normal(name, shape).dataSync()),
        ]),
      );

    it.each(['forward', 'both'] as const)('have the values of those one by one: %s', (name) => {
      const inputs = values();
      const [compiled, eager] = [compileProgram(program), runEagerly(program)];
      const { outputs: found, operations } = compiled.trace(name, inputs);
      const expected = eager.run(name, inputs);
      for (const [output, numbers] of Object.entries(expected)) {
        const { tensor1d } = tf();
        expectSame(tensor1d(found[output] as Float32Array), tensor1d(numbers), output);
      }
      for (const [output, numbers] of Object.entries(compiled.run(name, inputs)))
        expectBytes(numbers, found[output] as Float32Array);
      const types = operations.map(({ operation }) => operation);
      expect(types).toEqual(expect.arrayContaining(fusedTypes(network, name === 'both')));
      expect(types.filter((type) => /^Sambench(Normalize|NormalizeGrad)$|^AvgPool/.test(type))).toEqual([]);
      compiled.dispose();
      eager.dispose();
    });
  });
});

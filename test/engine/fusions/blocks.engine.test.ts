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
import { expectSame, normal } from '../operations/numbers.js';

const epsilon = 1e-3;

/** A bottleneck block: images, channels inside and after it, stride, and whether its shortcut is a convolution. */
interface Block {
  images: readonly [number, number, number, number];
  width: number;
  outputs: number;
  stride: number;
  projects: boolean;
}

/** The shapes of all that a block and the head after it are made of. */
function shapesOf({ images, width, outputs, projects }: Block): Record<string, readonly number[]> {
  const channels = images[3];
  const vectors = { scale0: width, scale1: width, scale2: outputs, scale3: outputs };
  const normalizations = Object.entries(vectors).flatMap(([name, length]) => [
    [name, [length]],
    [name.replace('scale', 'offset'), [length]],
  ]);
  return {
    x: images,
    kernel0: [1, 1, channels, width],
    kernel1: [3, 3, width, width],
    kernel2: [1, 1, width, outputs],
    ...(projects ? { kernel3: [1, 1, channels, outputs] } : {}),
    ...Object.fromEntries(normalizations),
  };
}

/** The block, and after it a normalization and the mean over the image. */
function run({ stride, projects }: Block, given: Record<string, Tensor>): Tensor {
  const images = (name: string) => given[name] as Tensor4D;
  const vector = (name: string) => given[name] as Tensor1D;
  const [scale0, offset0] = [vector('scale0'), vector('offset0')];
  const first = branchAndNormalize(images('x'), images('kernel0'), stride, scale0, offset0, epsilon, true);
  const [scale1, offset1] = [vector('scale1'), vector('offset1')];
  const rectify = { rectify: true };
  const second = convolveAndNormalize(first.y, images('kernel1'), stride, scale1, offset1, epsilon, rectify);
  const last = [second.y, images('kernel2')] as const;
  const [scale2, offset2] = [vector('scale2'), vector('offset2')];
  const { y } = projects
    ? convolveAndJoin(...last, scale2, offset2, epsilon, { x: first.x, kernel: images('kernel3') })
    : convolveAndNormalize(...last, 1, scale2, offset2, epsilon, { rectify: true, shortcut: first.x });
  return averagePool(normalizeByBatch(y, vector('scale3'), vector('offset3'), epsilon, rectify).y);
}

/** A block and its gradients as a program without state. */
function programOf(block: Block): ProgramDefinition<'both' | 'forward'> {
  const shapes = shapesOf(block);
  const names = Object.keys(shapes);
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' } as InputSpec]),
  );
  const forward = (...given: Tensor[]) =>
    run(block, Object.fromEntries(names.map((name, index) => [name, given[index] as Tensor])));
  const all = (given: Record<string, Tensor>) => names.map((name) => given[name] as Tensor);
  return {
    state: {},
    functions: {
      forward: { inputs, call: (_, given) => ({ state: {}, outputs: { y: forward(...all(given)) } }) },
      both: {
        inputs,
        call(_, given) {
          const { sum, mul, valueAndGrads } = tf();
          const cotangent = normal('cotangent', [block.images[0], block.outputs]);
          const loss = (...each: Tensor[]) => sum(mul(forward(...each), cotangent)) as Scalar;
          const { value, grads } = valueAndGrads(loss)(all(given));
          const named = names.map((name, index) => [name, grads[index] as Tensor] as const);
          return { state: {}, outputs: { value, ...Object.fromEntries(named) } };
        },
      },
    },
  };
}

const cases: [string, Block][] = [
  [
    'to four times as many channels',
    { images: [5, 9, 7, 64], width: 16, outputs: 64, stride: 1, projects: false },
  ],
  ['that widens its input', { images: [5, 9, 7, 16], width: 16, outputs: 64, stride: 1, projects: true }],
  [
    'to twice as many channels',
    { images: [5, 9, 7, 64], width: 32, outputs: 64, stride: 1, projects: false },
  ],
  ['of every second pixel', { images: [5, 9, 8, 64], width: 64, outputs: 128, stride: 2, projects: true }],
  [
    'of every second pixel, to many channels',
    { images: [5, 8, 9, 16], width: 16, outputs: 64, stride: 2, projects: true },
  ],
  [
    'of numbers of channels that panels do not divide',
    { images: [3, 5, 5, 80], width: 48, outputs: 80, stride: 1, projects: false },
  ],
  [
    'over many chunks and blocks',
    { images: [33, 17, 15, 64], width: 32, outputs: 96, stride: 1, projects: true },
  ],
  ['of one pixel', { images: [40, 1, 1, 32], width: 16, outputs: 32, stride: 1, projects: false }],
];

/** What the fused graph must be made of, so that it is known to have been fused. */
const fusedTypes = ({ stride, projects }: Block, gradient: boolean) => {
  const kind = projects ? 'Residual' : '';
  const all = [
    `SambenchMeasured${stride === 2 ? 'Strided' : ''}Convolution`,
    `SambenchNormalized${kind}Project`,
    'SambenchNormalizeAndPool',
  ];
  const backwards = [
    'SambenchMeasuredConvolutionInputGrad',
    'SambenchMeasuredBranchingProjectGrad',
    `SambenchNormalized${kind}ProjectGrad`,
    'SambenchNormalizeAndPoolGrad',
  ];
  return gradient ? [...all, ...backwards] : all;
};

describe('a fused block', () => {
  useEngine();

  describe.each(cases)('%s', (_, block) => {
    const program = programOf(block);
    const values = () =>
      Object.fromEntries(
        Object.entries(shapesOf(block)).map(([name, shape]) => [
          name,
          Float32Array.from(normal(name, shape).dataSync()),
        ]),
      );

    it.each(['forward', 'both'] as const)(
      'has the values of one that runs operation by operation: %s',
      (name) => {
        const inputs = values();
        const [compiled, eager] = [compileProgram(program), runEagerly(program)];
        const { outputs: found, operations } = compiled.trace(name, inputs);
        const expected = eager.run(name, inputs);
        for (const [output, numbers] of Object.entries(expected)) {
          const { tensor1d } = tf();
          expectSame(tensor1d(found[output] as Float32Array), tensor1d(numbers), output);
        }
        expect(compiled.run(name, inputs)).toEqual(found);
        const types = operations.map(({ operation }) => operation);
        expect(types).toEqual(expect.arrayContaining(fusedTypes(block, name === 'both')));
        expect(types.filter((type) => /^Sambench(Normalize|NormalizeGrad)$|^AvgPool/.test(type))).toEqual([]);
        compiled.dispose();
        eager.dispose();
      },
    );
  });
});

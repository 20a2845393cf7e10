/** The families of networks as they run: shapes, gradients, normalization, dropout. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { tf } from '../../src/engine/tensorflow.js';
import { flatLayout, namedWeights } from '../../src/model/flat.js';
import { initialVector } from '../../src/model/initialize.js';
import { networks } from '../../src/model/registry.js';
import type { ModelSettings } from '../../src/suite/cell.js';
import { runStep } from '../../src/train/run-step.js';
import { trainingStep } from '../../src/train/step.js';
import { useEngine } from '../engine/engine.js';
import { base, randomBatch, smallStep } from '../train/small-step.js';

useEngine();

const families: ModelSettings[] = [
  { name: 'wrn', depth: 10, width: 2, dropout: 0 },
  { name: 'wrn', depth: 16, width: 1, dropout: 0, useBias: true },
  { name: 'resnet', depth: 8 },
  { name: 'resnet', depth: 14, useBias: true },
  { name: 'resnet8', useBias: false },
  { name: 'mlp', width: 8, useBias: false },
];

const sgd = base('sgd', { momentum: 0.9 });

describe.each(families)('$name $depth $width, biases $useBias', (model) => {
  it('overfits one batch', () => {
    const step = smallStep(sgd, { model });
    const program = compileProgram(step.program(1));
    const losses = Array.from({ length: 30 }, () => runStep(program, step, randomBatch(1), 0.05).loss);
    program.dispose();
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));
  });

  it('has a gradient for every parameter, but for biases that a normalization takes away', () => {
    const step = smallStep(sgd, { model });
    const program = compileProgram(step.program(1));
    const { clean } = program.run('inspect', {
      images: randomBatch(1).images,
      labels: randomBatch(1).labels,
    });
    program.dispose();
    const zero = step.layout.trainable.filter(({ offset, size }) =>
      clean?.subarray(offset, offset + size).every((value) => value === 0),
    );
    expect(zero.filter(({ name }) => !name.endsWith('.bias'))).toEqual([]);
    if (model.useBias !== true) expect(zero.filter(({ name }) => name !== 'dense.bias')).toEqual([]);
  });
});

/** Logits of a network at its first weights on images in [0, 1]. */
function logits(model: ModelSettings, images: Tensor4D, mode: 'batch' | 'moving', seed?: [number, number]) {
  const network = networks[model.name];
  if (!network) throw new Error(`there is no network ${model.name}`);
  const { parameters } = network.describe(model, [32, 32, 3], 10);
  const layout = flatLayout(parameters);
  const { tensor1d } = tf();
  const vector = (trainable: boolean) => tensor1d(initialVector(parameters, trainable, 1));
  const weights = namedWeights(vector(true), vector(false), layout);
  const dropoutSeed: Tensor1D | null = seed ? tensor1d(seed, 'int32') : null;
  return Array.from(network.forward(images, weights, mode, model, dropoutSeed).logits.dataSync());
}

describe('the shortcut of a basic block', () => {
  it('takes rows and columns 0, 2, 4 and adds channels of zeros', () => {
    // With all kernels but those of the stem at zero, a block is its shortcut and a rectifier.
    const model = { name: 'resnet', depth: 8 };
    const { describe: shapes, forward } = networks.resnet ?? {};
    if (!shapes || !forward) throw new Error('there is no network resnet');
    const { parameters } = shapes(model, [8, 8, 3], 10);
    const { tensor4d, tensor1d, zeros, ones } = tf();
    const dense = Float32Array.from({ length: 64 * 10 }, (_, at) => (at % 10 === 0 ? 1 : 0));
    const kernel = new Float32Array(9 * 3 * 16);
    // The centre of the kernel hands channel 0 of the image on as channel 0.
    kernel[4 * 3 * 16] = 1;
    const named: Record<string, Tensor> = Object.fromEntries(
      parameters.map(({ name, shape, initializer }) => [
        name,
        initializer === 'ones' ? ones([...shape]) : zeros([...shape]),
      ]),
    );
    named['stem.kernel'] = tensor4d(kernel, [3, 3, 3, 16]);
    named['dense.kernel'] = tf().tensor2d(dense, [64, 10]);
    const pixels = new Float32Array(8 * 8 * 3);
    // Rows and columns that are multiples of 4 survive both halvings: pixels (0, 0), (0, 4), (4, 0), (4, 4).
    for (let row = 0; row < 8; row++)
      for (let column = 0; column < 8; column++) pixels[(row * 8 + column) * 3] = row * 10 + column;
    const { logits: out } = forward(
      tensor4d(pixels, [1, 8, 8, 3]),
      (name) => named[name] ?? tensor1d([]),
      'moving',
      model,
    );
    // The mean over the 2 x 2 pixels that are left, summed over channels, of which one is not zero.
    expect(out.dataSync()[0]).toBeCloseTo((0 + 4 + 40 + 44) / 4, 3);
  });
});

describe('dropout', () => {
  const model = { name: 'wrn', depth: 10, width: 1, dropout: 0.3 };
  const images = () =>
    tf().tensor4d(
      Float32Array.from(randomBatch(1, 2, [32, 32, 3]).images, (byte) => byte / 255),
      [2, 32, 32, 3],
    );

  it('drops by its seed, and nothing without one', () => {
    const whole = logits(model, images(), 'batch');
    expect(whole).toEqual(logits({ ...model, dropout: 0 }, images(), 'batch'));
    expect(logits(model, images(), 'batch', [1, 2])).not.toEqual(whole);
    expect(logits(model, images(), 'batch', [1, 2])).toEqual(logits(model, images(), 'batch', [1, 2]));
    expect(logits(model, images(), 'batch', [1, 2])).not.toEqual(logits(model, images(), 'batch', [1, 3]));
  });

  it('drops the same in both passes of a step: SAM with rho 0 is its base', () => {
    const states = [sgd, { name: 'sam', rho: 0, m: null, bn: 'batch', base: sgd }].map((optimizer) => {
      const step = trainingStep({
        model,
        optimizer: optimizer as typeof sgd,
        image: [8, 8, 3],
        classes: 10,
        batch: 4,
        brightness: false,
      });
      const program = compileProgram(step.program(1));
      const batch = randomBatch(1, 4, [8, 8, 3]);
      const losses = [0, 1].map((index) => runStep(program, step, batch, 0, { seed: 1, step: index }).loss);
      runStep(program, step, batch, 0.01, { seed: 1, step: 2 });
      const { parameters } = program.read();
      program.dispose();
      return { losses, parameters };
    });
    expect(states[1]?.parameters?.values).toEqual(states[0]?.parameters?.values);
    // At a rate of 0 the weights stay, so that the losses differ by what is dropped.
    expect(states[0]?.losses[0]).not.toBe(states[0]?.losses[1]);
  });

  it('is off in evaluation', () => {
    const step = trainingStep({
      model,
      optimizer: sgd,
      image: [8, 8, 3],
      classes: 10,
      batch: 4,
      brightness: false,
    });
    const program = compileProgram(step.program(1));
    const { images: bytes } = randomBatch(1, 4, [8, 8, 3]);
    const first = program.run('evaluate', { images: bytes }).logits;
    expect(program.run('evaluate', { images: bytes }).logits).toEqual(first);
    program.dispose();
  });
});

describe('the options of batch normalization', () => {
  it('decide how far the moving statistics move', () => {
    const moved = [0.9, 0.5].map((bnMomentum) => {
      const step = smallStep(sgd, { model: { name: 'resnet8', bnMomentum } });
      const program = compileProgram(step.program(1));
      runStep(program, step, randomBatch(1), 0);
      const values = program.read().statistics?.values ?? new Float32Array();
      program.dispose();
      const mean = step.layout.statistics.find(({ name }) => name === 'stem_bn.moving_mean');
      return values[mean?.offset ?? 0] ?? 0;
    });
    expect((moved[1] ?? 0) / (moved[0] ?? 0)).toBeCloseTo(5, 3);
  });

  it('decide what is added to the variance', () => {
    const images = tf().tensor4d(
      Float32Array.from(randomBatch(1, 2, [32, 32, 3]).images, (byte) => byte / 255),
      [2, 32, 32, 3],
    );
    const small = logits({ name: 'resnet8' }, images, 'batch');
    expect(logits({ name: 'resnet8', bnEpsilon: 1e-3 }, images, 'batch')).toEqual(small);
    expect(logits({ name: 'resnet8', bnEpsilon: 0.1 }, images, 'batch')).not.toEqual(small);
  });
});

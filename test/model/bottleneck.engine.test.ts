import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor } from '../../src/engine/program.js';
import { stream } from '../../src/stream.js';
import { unpackMeasures } from '../../src/train/measures.js';
import type { TrainingStep } from '../../src/train/step.js';
import { useEngine } from '../engine/engine.js';
import { base, classes, randomBatch, smallStep, unusualState } from '../train/small-step.js';
import {
  type Block,
  type Lookup,
  type ReferencePass,
  referenceForward,
  referenceLoss,
  resnet8Blocks,
  resnet20Blocks,
} from './reference.js';

const size = [8, 8, 3] as const;
const batch = 4;
const data = randomBatch(1, batch, size);

interface Subject {
  step: TrainingStep;
  state: Record<string, HostTensor>;
  blocks: readonly Block[];
}

function subject(name: 'resnet8' | 'resnet20'): Subject {
  const step = smallStep(base('sgd'), { model: { name }, image: size, batch });
  return { step, state: unusualState(step, 7), blocks: name === 'resnet8' ? resnet8Blocks : resnet20Blocks };
}

/** Looks parameters up in flat vectors. */
function lookup({ step }: Subject, parameters: ArrayLike<number>, statistics: ArrayLike<number>): Lookup {
  const all = new Map<string, ArrayLike<number>>();
  const put = (vector: ArrayLike<number>, layout: TrainingStep['layout']['trainable']) => {
    for (const { name, offset, size: length } of layout)
      all.set(name, Array.prototype.slice.call(vector, offset, offset + length));
  };
  put(parameters, step.layout.trainable);
  put(statistics, step.layout.statistics);
  return (name) => {
    const found = all.get(name);
    if (!found) throw new Error(`no parameter is called ${name}`);
    return found;
  };
}

function reference(tested: Subject, mode: 'batch' | 'moving', parameters?: Float64Array): ReferencePass {
  const weights = lookup(
    tested,
    parameters ?? (tested.state.parameters?.values as Float32Array),
    tested.state.statistics?.values as Float32Array,
  );
  const values = Float64Array.from(data.images, (pixel) => Math.fround(pixel / 255));
  const images = { batch, height: size[0], width: size[1], channels: size[2], values };
  return referenceForward(images, weights, mode, tested.blocks, classes);
}

function largest(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  return Math.max(...expected.map((value, index) => Math.abs((found[index] as number) - value)));
}

describe.each(['resnet8', 'resnet20'] as const)(
  '%s with biases, scales and statistics that are not at their defaults',
  (name) => {
    useEngine();
    const tested = subject(name);

    it.each([
      ['eagerly', runEagerly],
      ['compiled', compileProgram],
    ])('gives the logits of the reference by its moving statistics, %s', (_, start) => {
      const program = start(tested.step.program(1));
      program.write(tested.state);
      const { logits } = program.run('evaluate', { images: data.images });
      program.dispose();
      const expected = reference(tested, 'moving').logits.flat();
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.5);
      expect(largest(logits as Float32Array, expected)).toBeLessThan(
        2e-5 * Math.max(...expected.map(Math.abs)),
      );
    });

    it.each([
      ['eagerly', runEagerly],
      ['compiled', compileProgram],
    ])('gives the training loss of the reference, and moves the statistics as Keras does, %s', (_, start) => {
      const program = start(tested.step.program(1));
      program.write(tested.state);
      const { measures } = program.run('step', { ...data, rate: Float32Array.of(0) } as never);
      const { statistics } = program.read();
      program.dispose();
      const { logits, statistics: moved } = reference(tested, 'batch');
      expect(unpackMeasures(measures as Float32Array).loss).toBeCloseTo(
        referenceLoss(logits, data.labels),
        4,
      );
      for (const { name: entry, offset, size: length } of tested.step.layout.statistics) {
        const before = tested.state.statistics?.values.slice(offset, offset + length) ?? [];
        const expected = Array.from(
          moved.get(entry) ?? [],
          (value, index) => 0.99 * (before[index] as number) + 0.01 * value,
        );
        const found = statistics?.values.slice(offset, offset + length) ?? [];
        expect(largest(found, expected), entry).toBeLessThan(1e-5);
      }
    });
  },
);

describe('the gradient of resnet8', () => {
  useEngine();
  const tested = subject('resnet8');
  const parameters = Float64Array.from(tested.state.parameters?.values ?? []);

  /** Slope of the reference's loss along `direction`, by central differences in double precision. */
  const slope = (direction: (index: number) => number): number => {
    const width = 1e-8;
    const loss = (sign: number) => {
      const moved = parameters.map((value, index) => value + sign * width * direction(index));
      return referenceLoss(reference(tested, 'batch', moved).logits, data.labels);
    };
    return (loss(1) - loss(-1)) / (2 * width);
  };

  it('is the slope of the reference along random directions', () => {
    const gradient = inspect();
    for (const seed of [1, 2, 3]) {
      const random = stream(seed, 'test', 'direction');
      const direction = parameters.map(() => random.normal());
      const expected = slope((index) => direction[index] as number);
      const found = gradient.reduce((sum, value, index) => sum + value * (direction[index] as number), 0);
      expect(Math.abs(found - expected)).toBeLessThan(2e-4 * Math.abs(expected) + 1e-4);
    }
  });

  it('is the slope of the reference along each parameter’s own gradient, and zero for a bias before a normalization', () => {
    const gradient = inspect();
    for (const { name, offset, size: length } of tested.step.layout.trainable) {
      const piece = gradient.subarray(offset, offset + length);
      const norm = Math.hypot(...piece);
      const inside = (index: number) => index >= offset && index < offset + length;
      if (name.endsWith('.bias') && !/skip|dense/.test(name)) {
        expect(norm, name).toBe(0);
        expect(Math.abs(slope((index) => (inside(index) ? 1 : 0))), name).toBeLessThan(1e-6);
        continue;
      }
      const expected = slope((index) => (inside(index) ? (gradient[index] as number) / norm : 0));
      expect(Math.abs(expected - norm), name).toBeLessThan(1e-3 * norm + 1e-5);
    }
  });

  function inspect(): Float32Array {
    const program = runEagerly(tested.step.program(1));
    program.write(tested.state);
    const { clean } = program.run('inspect', { images: data.images, labels: data.labels });
    program.dispose();
    return clean as Float32Array;
  }
});

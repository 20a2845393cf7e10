import { describe, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.js';
import { checksum, checksumOf } from '../../src/engine/operations/checksum.js';
import { seededNormal, seededUniform, seedOf } from '../../src/engine/operations/seeded.js';
import type { ProgramFunction } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { stream } from '../../src/stream.js';
import { useEngine } from './engine.js';

useEngine();

const count = 20_000;

function normal(seed: [number, number], index = 0): number[] {
  return tf().tidy(() => {
    const drawn = seededNormal(seedOf(tf().tensor1d(seed, 'int32'), index), [count]);
    return Array.from(drawn.dataSync()) as unknown as never;
  }) as unknown as number[];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('seeded tensors', () => {
  it('are the same for the same seed and others for another, or for another draw of the step', () => {
    expect(normal([1, 2])).toEqual(normal([1, 2]));
    expect(normal([1, 2])).not.toEqual(normal([1, 3]));
    expect(normal([1, 2])).not.toEqual(normal([2, 2]));
    expect(normal([1, 2], 1)).not.toEqual(normal([1, 2], 0));
  });

  it('are standard normal: mean, variance and kurtosis within five standard errors', () => {
    const values = normal([7, 11]);
    expect(Math.abs(mean(values))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
  });

  it('are uniform in [0, 1)', () => {
    const values = tf().tidy(
      () => Array.from(seededUniform(tf().tensor1d([5, 6], 'int32'), [count]).dataSync()) as unknown as never,
    ) as unknown as number[];
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * count));
  });

  it('follow the seed that is fed, where a compiled function draws them', () => {
    const draw: ProgramFunction = (_state, { seed }) => ({
      state: {},
      outputs: { drawn: seededNormal(seed as never, [4]) },
    });
    const program = compile(draw, {
      state: { unused: { shape: [1], values: new Float32Array(1) } },
      inputs: { seed: { shape: [2], dtype: 'int32' } },
    });
    const first = program.run({ seed: Int32Array.of(1, 2) }).drawn;
    expect(program.run({ seed: Int32Array.of(1, 3) }).drawn).not.toEqual(first);
    expect(program.run({ seed: Int32Array.of(1, 2) }).drawn).toEqual(first);
    expect(Array.from(first ?? [])).toEqual(normal([1, 2]).slice(0, 4));
    program.dispose();
  });
});

describe('the checksum of a vector', () => {
  const random = stream(1, 'test', 'checksum');
  const values = Float32Array.from({ length: 5000 }, () => random.normal());
  const inEngine = (vector: Float32Array) =>
    tf().tidy(() => Array.from(checksum(tf().tensor1d(vector)).dataSync()) as unknown as never);

  it('is the same in the engine and on the host', () => {
    expect(inEngine(values)).toEqual(checksumOf(values));
    expect(inEngine(Float32Array.of(-1, -2))).toEqual(checksumOf(Float32Array.of(-1, -2)));
  });

  it('changes with the last bit of one value', () => {
    const changed = values.slice();
    new Int32Array(changed.buffer)[17] = (new Int32Array(changed.buffer)[17] ?? 0) + 1;
    expect(checksumOf(changed)).not.toEqual(checksumOf(values));
  });
});

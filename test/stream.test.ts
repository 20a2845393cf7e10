import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { permutation, stream } from '../src/stream.js';

const take = (count: number, draw: () => number) => Array.from({ length: count }, draw);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a stream', () => {
  it('is seedrandom over seed, purpose and indices, joined by slashes', () => {
    const random = stream(3, 'augment', 'epoch', 7, 'batch', 12);
    const expected = seedrandom('3/augment/epoch/7/batch/12');
    expect(take(3, random.uniform)).toEqual(take(3, expected.double));
  });

  it('begins the same for the same arguments, and otherwise for any other', () => {
    const first = stream(1, 'order', 'epoch', 2).uniform();
    expect(stream(1, 'order', 'epoch', 2).uniform()).toBe(first);
    for (const other of [
      stream(2, 'order', 'epoch', 2),
      stream(1, 'split', 'epoch', 2),
      stream(1, 'order', 'epoch', 3),
    ])
      expect(other.uniform()).not.toBe(first);
  });

  it('draws numbers of the standard normal distribution', () => {
    const random = stream(1, 'test', 'normal');
    const values = take(20_000, random.normal);
    const tolerance = 4 / Math.sqrt(values.length);
    expect(Math.abs(mean(values))).toBeLessThan(tolerance);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(tolerance * Math.SQRT2);
    // Φ(1) - Φ(-1) and Φ(2) - Φ(-2).
    expect(mean(values.map((value) => (Math.abs(value) < 1 ? 1 : 0)))).toBeCloseTo(0.6827, 1);
    expect(mean(values.map((value) => (Math.abs(value) < 2 ? 1 : 0)))).toBeCloseTo(0.9545, 2);
    // Both values of Box and Muller's pair are used, and do not hang together.
    const pairs = take(5_000, () => random.normal() * random.normal());
    expect(Math.abs(mean(pairs))).toBeLessThan(4 / Math.sqrt(pairs.length));
  });

  it('draws whole numbers below a bound, all equally often', () => {
    const random = stream(1, 'test', 'integer');
    const counts = new Array(7).fill(0);
    for (let index = 0; index < 7_000; index++) counts[random.integer(7)] += 1;
    // Four standard deviations of a count.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000 * (6 / 7)));
  });
});

describe('a permutation', () => {
  it('holds every number once', () => {
    const order = permutation(1000, stream(1, 'test', 'permutation'));
    expect(Array.from(order).sort((left, right) => left - right)).toEqual(
      Array.from({ length: 1000 }, (_, at) => at),
    );
  });

  it('has all orders of three equally often', () => {
    const random = stream(1, 'test', 'orders');
    const counts = new Map<string, number>();
    for (let index = 0; index < 6_000; index++) {
      const order = permutation(3, random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values())
      expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000 * (5 / 6)));
  });

  it('of nothing or of one is what it must be', () => {
    expect(Array.from(permutation(0, stream(1, 'test')))).toEqual([]);
    expect(Array.from(permutation(1, stream(1, 'test')))).toEqual([0]);
  });
});

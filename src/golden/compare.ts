/** Comparisons of a run with its reference: each gives deviations as multiples of their tolerances. */
import type { ParameterLayout } from '../optimizer/rule.js';
import type { Expected, Golden, GoldenCase, Summary } from './format.js';

/** One compared quantity: `ratio` is deviation / tolerance, so above 1 it fails. */
export interface Comparison {
  quantity: string;
  deviation: number;
  tolerance: number;
  ratio: number;
}

/** A comparison; a deviation that is not a number fails. */
export function comparison(quantity: string, deviation: number, tolerance: number): Comparison {
  const size = Number.isNaN(deviation) ? Number.POSITIVE_INFINITY : Math.abs(deviation);
  const ratio = size === 0 ? 0 : size / tolerance;
  return { quantity, deviation: size, tolerance, ratio };
}

/** Compares one scalar quantity at every step, or at every group of every step. */
export function compareSteps(
  quantity: string,
  expected: Expected,
  found: readonly (number | readonly number[])[],
): Comparison[] {
  return expected.value.flatMap((value, step) => {
    const values = [value].flat();
    const tolerances = [expected.tolerance[step] ?? Number.NaN].flat();
    const measured = [found[step] ?? Number.NaN].flat();
    return values.map((reference, group) =>
      comparison(
        `${quantity} step ${step + 1}${values.length > 1 ? ` group ${group + 1}` : ''}`,
        (measured[group] ?? Number.NaN) - reference,
        tolerances[group] ?? tolerances[0] ?? Number.NaN,
      ),
    );
  });
}

/** [sum, L2 norm, sum of v_i sin(i + 1)] of a flat array. */
export function summaryOf(values: Float32Array): [number, number, number] {
  let sum = 0;
  let squares = 0;
  let wave = 0;
  values.forEach((value, index) => {
    sum += value;
    squares += value * value;
    wave += value * Math.sin(index + 1);
  });
  return [sum, Math.sqrt(squares), wave];
}

/** Compares the three summary numbers of each named array. */
export function compareSummary(
  label: string,
  summary: Summary,
  named: ReadonlyMap<string, Float32Array>,
): Comparison[] {
  return Object.entries(summary).flatMap(([name, [values, tolerances]]) => {
    const found = named.get(name);
    const measured = found ? summaryOf(found) : [];
    return values.map((value, index) =>
      comparison(
        `${label} ${name}`,
        (measured[index] ?? Number.NaN) - value,
        tolerances[index] ?? Number.NaN,
      ),
    );
  });
}

/** Named pieces of a flat vector. */
export function pieces(vector: Float32Array, layout: ParameterLayout): [string, Float32Array][] {
  return layout.map(({ name, offset, size }) => [name, vector.subarray(offset, offset + size)]);
}

/** Compares the last weights with whatever reference arrays the case has. */
export function compareWeights(
  golden: Golden,
  chosen: GoldenCase,
  first: ReadonlyMap<string, Float32Array>,
  last: ReadonlyMap<string, Float32Array>,
  logits: Float32Array,
): Comparison[] {
  const { file, prefix = '', tolerance } = chosen.weights;
  const results: Comparison[] = [];
  const total = { update: [0, 0], moving: [0, 0] } as Record<'update' | 'moving', [number, number]>;
  let complete = true;
  for (const { name, trainable, deadBias } of golden.set.parameters) {
    const reference = golden.array(file, prefix + name)?.values;
    const found = last.get(name);
    const start = first.get(name);
    if (!reference) {
      complete = false;
      continue;
    }
    if (!found || !start) {
      results.push(comparison(`weights ${name} is missing`, Number.NaN, 0));
      continue;
    }
    const { difference, change, largest } = distances(found, reference, start);
    if (deadBias) {
      results.push(comparison(`weights.dead ${name}`, largest, tolerance.dead));
      continue;
    }
    const sums = trainable ? total.update : total.moving;
    sums[0] += difference;
    sums[1] += change;
    if (trainable) {
      results.push(comparison(`weights.tensor ${name}`, Math.sqrt(difference / change), tolerance.tensor));
    }
  }
  if (complete) {
    for (const kind of ['update', 'moving'] as const) {
      const [difference, change] = total[kind];
      results.push(comparison(`weights.${kind}`, Math.sqrt(difference / change), tolerance[kind]));
    }
  }
  const expectedLogits = golden.array(file, `${prefix}eval.logits`)?.values;
  if (expectedLogits) {
    results.push(comparison('weights.logits', largestDifference(logits, expectedLogits), tolerance.logits));
  }
  return results;
}

/** The largest absolute difference of two arrays of one length; NaN where the lengths differ or an entry is NaN. */
export function largestDifference(found: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (found.length !== reference.length) return Number.NaN;
  let largest = 0;
  for (let index = 0; index < found.length; index++) {
    const difference = Math.abs((found[index] as number) - (reference[index] as number));
    if (Number.isNaN(difference)) return Number.NaN;
    if (difference > largest) largest = difference;
  }
  return largest;
}

function distances(
  found: Float32Array,
  reference: ArrayLike<number>,
  start: Float32Array,
): { difference: number; change: number; largest: number } {
  let difference = 0;
  let change = 0;
  for (let index = 0; index < found.length; index++) {
    const target = reference[index] as number;
    difference += ((found[index] as number) - target) ** 2;
    change += (target - (start[index] as number)) ** 2;
  }
  return { difference, change, largest: largestDifference(found, reference) };
}

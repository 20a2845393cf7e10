import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../src/data/images.js';
import type { Program } from '../../src/engine/program.js';
import { evaluate } from '../../src/train/evaluate.js';
import type { StepFunction } from '../../src/train/step-program.js';

/** Images of one byte, which a fake program reads as the number of a row of logits. */
function setOf(rows: readonly number[], labels: readonly number[]): ImageSet {
  return {
    images: Uint8Array.from(rows),
    labels: Int32Array.from(labels),
    count: rows.length,
    shape: [1, 1, 1],
    classes: 3,
  };
}

function programOf(table: readonly (readonly number[])[]): {
  program: Program<StepFunction>;
  sizes: number[];
} {
  const sizes: number[] = [];
  const program = {
    run(name: string, { images }: { images: Uint8Array }) {
      expect(name).toBe('evaluate');
      sizes.push(images.length);
      return { logits: Float32Array.from(Array.from(images).flatMap((row) => table[row] ?? [])) };
    },
  } as unknown as Program<StepFunction>;
  return { program, sizes };
}

const logits = [
  [Math.log(2), 0, 0],
  [0, 0, 0],
  [0, 5, 0],
];

describe('evaluation', () => {
  it('is the mean cross-entropy and the share of images whose largest logit is their label’s', () => {
    const { program } = programOf(logits);
    const { loss, accuracy } = evaluate(program, setOf([0, 0], [0, 1]), 2);
    // softmax is (½, ¼, ¼).
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 6);
    expect(accuracy).toBe(0.5);
  });

  it('counts every image once where the last batch is not full, and always runs whole batches', () => {
    const { program, sizes } = programOf(logits);
    // What fills the last batch up are images 0 of class 0, which would count as right.
    const { loss, accuracy } = evaluate(program, setOf([2, 2, 2, 2, 2], [1, 1, 1, 1, 0]), 4);
    const right = Math.log(2 * Math.exp(-5) + 1);
    expect(sizes).toEqual([4, 4]);
    expect(accuracy).toBe(4 / 5);
    expect(loss).toBeCloseTo((4 * right + (5 + right)) / 5, 6);
  });

  it('gives the same in batches of any size', () => {
    const set = setOf([0, 1, 2, 0, 1, 2, 0], [0, 1, 2, 2, 1, 0, 1]);
    const results = [1, 2, 3, 7, 10].map((size) => evaluate(programOf(logits).program, set, size));
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('takes the first of equal logits for the answer', () => {
    const { program } = programOf(logits);
    expect(evaluate(program, setOf([1], [0]), 1).accuracy).toBe(1);
    expect(evaluate(program, setOf([1], [1]), 1).accuracy).toBe(0);
  });

  it('stays finite for large logits', () => {
    const { program } = programOf([[1000, 0, -1000]]);
    expect(evaluate(program, setOf([0], [2]), 1).loss).toBe(2000);
  });

  it('has no loss where a logit is not a number', () => {
    const { program } = programOf([[Number.NaN, 0, 0]]);
    expect(evaluate(program, setOf([0], [1]), 1).loss).toBeNaN();
  });
});

import { describe, expect, it } from 'vitest';
import { watchStatistics } from '../../src/train/moving-statistics.js';

const batch = Float32Array.of(0.5, 2, 0);
const host = (values: Float32Array) => ({ shape: [values.length], values });

/** The statistics after each of `moves`: how often the step moved them. */
function course(moves: readonly number[], momentum = 0.9): Float32Array[] {
  const course = [Float32Array.of(0, 1, 10)];
  for (const times of moves) {
    let values = course.at(-1) ?? new Float32Array(3);
    for (let time = 0; time < times; time++)
      values = values.map((value, at) => momentum * value + (1 - momentum) * (batch[at] ?? 0));
    course.push(values);
  }
  return course;
}

/** Follows steps that moved the statistics so often each; the number of the step at which that is noticed, or null. */
function noticed(moves: readonly number[], { moving = false } = {}): number | null {
  const watch = watchStatistics({ movesStatistics: !moving, statisticsMomentum: 0.9 });
  const states = course(moves);
  for (const [step] of moves.entries()) {
    try {
      watch.ran({ statistics: moving ? null : batch, statisticsFound: states[step] ?? null });
    } catch {
      return step - 1;
    }
  }
  try {
    watch.are(host(states.at(-1) ?? new Float32Array(3)));
  } catch {
    return moves.length - 1;
  }
  return null;
}

describe('moving statistics', () => {
  it('may move once in every step', () => {
    expect(noticed([1, 1, 1, 1])).toBeNull();
  });

  it.each([0, 1, 2, 3])('are noticed when step %i of 4 moves them twice or not at all', (wrong) => {
    for (const times of [0, 2]) {
      expect(noticed([1, 1, 1, 1].map((once, step) => (step === wrong ? times : once)))).toBe(wrong);
    }
  });

  it('are noticed when they move although no step should move them', () => {
    expect(noticed([0, 0, 0], { moving: true })).toBeNull();
    expect(noticed([0, 1, 0], { moving: true })).toBe(1);
  });

  it('are noticed when something else changes them between two steps', () => {
    const watch = watchStatistics({ movesStatistics: true, statisticsMomentum: 0.9 });
    watch.ran({ statistics: batch, statisticsFound: Float32Array.of(0, 1, 10) });
    const changed = Float32Array.of(0.05, 1.1, 9.0002);
    expect(() => watch.ran({ statistics: batch, statisticsFound: changed })).toThrow('once a step');
  });

  it('of a step that tells no batch statistics do not pass for moved', () => {
    const watch = watchStatistics({ movesStatistics: true, statisticsMomentum: 0.9 });
    const found = Float32Array.of(0, 1, 10);
    watch.ran({ statistics: null, statisticsFound: found });
    expect(() => watch.are(host(found))).toThrow('once a step');
  });

  it('that overflow are left to the loss, which is not a number soon', () => {
    const watch = watchStatistics({ movesStatistics: true, statisticsMomentum: 0.9 });
    watch.ran({
      statistics: Float32Array.of(3.4e38),
      statisticsFound: Float32Array.of(Number.POSITIVE_INFINITY),
    });
    watch.are(host(Float32Array.of(Number.POSITIVE_INFINITY)));
  });

  it('are compared anew after they were written, as from a checkpoint', () => {
    const watch = watchStatistics({ movesStatistics: true, statisticsMomentum: 0.9 });
    const states = course([1]);
    watch.ran({ statistics: batch, statisticsFound: states[0] ?? null });
    watch.are(host(states[1] ?? new Float32Array(3)));
    watch.ran({ statistics: batch, statisticsFound: Float32Array.of(7, 7, 7) });
  });

  it('are none where the network has none', () => {
    const watch = watchStatistics({ movesStatistics: false, statisticsMomentum: 0 });
    watch.ran({ statistics: null, statisticsFound: null });
    watch.are(undefined);
  });
});

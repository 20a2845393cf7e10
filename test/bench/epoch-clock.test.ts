import { describe, expect, it } from 'vitest';
import { type EpochClock, startEpochClock } from '../../src/bench/epoch-clock.js';
import type { Program } from '../../src/engine/program.js';

/** A clock over a time that only this test moves, and a program whose runs take as long as told. */
function startAtZero(between: (pass: (milliseconds: number) => void) => void) {
  let time = 0;
  let length = 0;
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  const clock = startEpochClock(
    () => between(pass),
    () => time,
  );
  const program: Program<'step'> = {
    run: () => {
      pass(length);
      return { loss: Float32Array.of(length) };
    },
    read: () => ({}),
    write: () => {},
    dispose: () => {},
  };
  const timed = clock.timed(program);
  const run = (milliseconds: number) => {
    length = milliseconds;
    return timed.run('step', {});
  };
  return { clock, pass, run };
}

/** Two steps of 100 and 200 ms, the second in two runs, with 10 ms before each; then an evaluation of 70 ms. */
function trainEpoch({ clock, pass, run }: ReturnType<typeof startAtZero>): EpochClock {
  pass(10);
  run(100);
  clock.report({ step: 1, steps: 2 });
  pass(10);
  run(150);
  run(50);
  clock.report({ step: 2, steps: 2 });
  run(70);
  clock.report({ step: 0, steps: 2 });
  return clock;
}

describe('the clock of epochs', () => {
  it('counts from the end of what came between epochs to the last step, the evaluation left out', () => {
    const turn: number[] = [];
    const training = startAtZero((pass) => {
      turn.push(1);
      pass(1000);
    });
    trainEpoch(training);
    const { epochs } = trainEpoch(training);
    expect(epochs.map(({ seconds }) => seconds)).toEqual([0.32, 0.32]);
    expect(turn).toHaveLength(2);
  });

  it('gives each step the time of all its runs, and of nothing else', () => {
    const training = startAtZero((pass) => pass(1000));
    trainEpoch(training);
    const { epochs } = trainEpoch(training);
    expect(epochs.map(({ steps }) => steps)).toEqual([
      [100, 200],
      [100, 200],
    ]);
  });

  it('hands on what a run returns', () => {
    expect(startAtZero(() => {}).run(3)).toEqual({ loss: Float32Array.of(3) });
  });
});

/** Follows a training by its reports: how long its epochs and the steps inside them take. */
import type { Program } from '../engine/program.js';
import type { Progress } from '../run/messages.js';

export interface TimedEpoch {
  /** From the end of what came between the epochs to the end of the last step. */
  seconds: number;
  /** Milliseconds of each step: of what the program ran for it, without what the training does around that. */
  steps: number[];
}

export interface EpochClock {
  /** The epochs whose last step has ended. */
  readonly epochs: readonly TimedEpoch[];
  /** The program with its runs timed: the one to train with. */
  timed<Name extends string>(program: Program<Name>): Program<Name>;
  /** Takes every report of the training, as `TrainHooks.onProgress` does. */
  report(progress: Pick<Progress, 'step' | 'steps'>): void;
}

/**
 * A clock that starts now, with the first epoch. After the evaluation of each epoch it calls `between`, whose time belongs to
 * none. `now` tells milliseconds.
 */
export function startEpochClock(between: () => void, now = () => performance.now()): EpochClock {
  const epochs: TimedEpoch[] = [];
  let begun = now();
  let steps: number[] = [];
  /** What the program has run since the last report. */
  let running = 0;
  return {
    epochs,
    timed: (program) => ({
      ...program,
      run(name, inputs) {
        const begin = now();
        const outputs = program.run(name, inputs);
        running += now() - begin;
        return outputs;
      },
    }),
    report({ step, steps: all }) {
      if (step > 0) steps.push(running);
      if (step === all) epochs.push({ seconds: (now() - begun) / 1000, steps });
      if (step === 0) {
        between();
        steps = [];
        begun = now();
      }
      running = 0;
    },
  };
}

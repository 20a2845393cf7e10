/** Timing processes that are none: they answer from this process with step times that follow from how many there are. */
import type { ChildExit, Launch } from '../../src/run/launch.js';
import { exampleResult } from '../results/example.js';

export interface FakeLaunch {
  launch: Launch;
  /** Processes that ran side by side, wave by wave. */
  waves: number[];
  /** Events in order: `ready` and `go` of every process. */
  events: string[];
}

/**
 * A launcher whose processes take `milliseconds(n)` a step when `n` of them run side by side; null means that they die.
 * Each has a peak of `peakRssBytes`.
 */
export function fakeLaunch(milliseconds: (jobs: number) => number | null, peakRssBytes = 1e9): FakeLaunch {
  const waves: number[] = [];
  const events: string[] = [];
  let running = 0;
  const launch: Launch = ({ onMessage }) => {
    running++;
    let end: (exit: ChildExit) => void = () => {};
    const ended = new Promise<ChildExit>((resolve) => {
      end = resolve;
    });
    const finish = (code: number) => {
      if (running > 0) {
        waves.push(running);
        running = 0;
      }
      end({ code, signal: null, lastLines: [] });
    };
    return {
      kill: () => finish(1),
      ended,
      send: (message) => {
        if (message.type === 'time') {
          setTimeout(() => {
            events.push('ready');
            if (milliseconds(running) === null) finish(1);
            else onMessage({ type: 'ready' });
          }, 1);
        }
        if (message.type !== 'go') return;
        events.push('go');
        const jobs = running > 0 ? running : (waves.at(-1) ?? 1);
        const medianMilliseconds = milliseconds(jobs) ?? 0;
        const arm = {
          arm: 'adam',
          cell: 'a',
          samplesMilliseconds: [medianMilliseconds],
          medianMilliseconds,
          meanMilliseconds: medianMilliseconds,
          sdMilliseconds: 0,
          imagesPerSecond: 1,
        };
        const { environment } = exampleResult();
        const settings = { rounds: 1, steps: 1, warmup: 1, batch: 16 };
        onMessage({
          type: 'timed',
          timing: { schema: 1, suite: 'tiny', ...settings, arms: [arm], environment },
          peakRssBytes,
        });
        finish(0);
      },
    };
  };
  return { launch, waves, events };
}

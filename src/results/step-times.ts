/** The stored step times of a suite of equal wall time: without them its cells are not known. */
import path from 'node:path';
import { commandLine } from '../command-line.js';
import { SambenchError } from '../errors.js';
import { expandSuite } from '../suite/expand.js';
import type { Suite } from '../suite/suite.js';
import { type StepTimes, untimedArms } from '../suite/wall-time.js';
import type { WallTimeResult } from './result.js';
import { openStore, type ResultStore, wallTimeFile } from './store.js';

/**
 * The suite with the epochs that its stored step times choose; the suite as it is where it holds something else equal than
 * wall time; null where no step times of its version are stored.
 * @throws SambenchError `result-invalid` for a damaged file, or one that lacks an arm of the suite.
 */
export async function withStepTimes(suite: Suite, store: ResultStore): Promise<Suite | null> {
  if (suite.compute.equal !== 'wallTime') return suite;
  const stored = await store.readWallTime();
  if (stored === null || stored.suite !== suite.name || stored.version !== suite.version) return null;
  return withMeasured(suite, stored, path.join(store.folder, wallTimeFile));
}

/** The suite with the epochs that `measured` chooses; `file` is named in errors. */
export function withMeasured(suite: Suite, measured: WallTimeResult, file: string): Suite {
  const stepTimes: StepTimes = Object.fromEntries(
    measured.kinds.map(({ kind, medianMilliseconds }) => [kind, medianMilliseconds]),
  );
  const missing = untimedArms(expandSuite({ suite }).cells, stepTimes);
  if (missing.length > 0) {
    throw new SambenchError('result-invalid', {
      file,
      problem: `has no step time for ${missing.map((arm) => JSON.stringify(arm)).join(', ')} as the suite is now`,
      fix: "Raise the suite's version, so that all arms are timed again and get cells of their own.",
    });
  }
  const { cpu, fingerprint } = measured.environment;
  const machine = `${cpu.replaceAll(/\s+/g, ' ').trim()} (${fingerprint})`;
  const known = { stepTimes, machine, choices: [] };
  const compute = { ...suite.compute, measured: known };
  const choices = expandSuite({ suite: { ...suite, compute } }).epochChoices ?? [];
  return { ...suite, compute: { ...compute, measured: { ...known, choices } } };
}

/**
 * The suite with its stored step times, for commands that measure nothing.
 * @throws SambenchError (exit 3) where it needs step times and none are stored, saying which command measures them.
 */
export async function storedSuite(suite: Suite, resultsDir: string, file: string): Promise<Suite> {
  const store = openStore(resultsDir, suite.name);
  const known = await withStepTimes(suite, store);
  if (known !== null) return known;
  throw new SambenchError('cells-incomplete', {
    file: path.join(store.folder, wallTimeFile),
    problem: `is missing, and with it the step times that choose the epochs of ${suite.name} (compute.equal is "wallTime")`,
    fix: `Run ${commandLine('bench', file)} first, or copy the file from where the cells were trained.`,
  });
}

/** Runs one cell in a child process of its own, whatever becomes of that process. */
import { type ErrorCode, SambenchError } from '../errors.js';
import type { CellResult } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import { describeExit, failedResult } from './failed-result.js';
import type { Launch } from './launch.js';
import type { ChildMessage, Progress, RunContext, RunOptions } from './messages.js';
import { onStop, type StopSignals } from './stop.js';

export interface CellRun {
  cell: Cell;
  options: RunOptions;
  context: RunContext;
  launch: Launch;
  stop: StopSignals;
  /** Seconds after which the cell is given up; null for no limit. */
  timeoutSeconds: number | null;
  onProgress(progress: Progress): void;
  onLine(line: string): void;
}

export type CellOutcome = { kind: 'result'; result: CellResult } | { kind: 'interrupted' };

/**
 * Trains a cell in a child process. A process that dies, gives up or runs out of time yields a result too, with status
 * `failed` or `timeout`; so nothing but an interruption leaves the cell without one.
 * @throws SambenchError when the environment is at fault (engine, data, disk), which every other cell would meet as well.
 */
export async function runCell(run: CellRun): Promise<CellOutcome> {
  const { cell, options, context, stop, timeoutSeconds } = run;
  const started = performance.now();
  let last: Exclude<ChildMessage, { type: 'progress' }> | null = null;
  const child = run.launch({
    onMessage: (message) => {
      if (message.type === 'progress') run.onProgress(message.progress);
      else last ??= message;
    },
    onLine: run.onLine,
  });
  child.send({ type: 'train', cell, options, context });

  let timedOut = false;
  const timer =
    timeoutSeconds === null
      ? null
      : setTimeout(() => {
          timedOut = true;
          child.kill();
        }, timeoutSeconds * 1000);
  const release = [
    onStop(stop.soon, () => child.send({ type: 'interrupt' })),
    onStop(stop.now, () => child.kill()),
  ];
  const exit = await child.ended;
  if (timer) clearTimeout(timer);
  for (const each of release) each();

  const message = last as Exclude<ChildMessage, { type: 'progress' }> | null;
  if (message?.type === 'finished') return { kind: 'result', result: message.result };
  // After a wish to stop, whatever else happened may be its consequence: the cell stays missing and runs again.
  if (message?.type === 'interrupted' || stop.soon.aborted) return { kind: 'interrupted' };
  const fail = (status: 'failed' | 'timeout', code: string, text: string): CellOutcome => ({
    kind: 'result',
    result: failedResult(
      cell,
      {
        status,
        code,
        message: text,
        seconds: (performance.now() - started) / 1000,
        contended: options.contended,
      },
      context,
    ),
  });
  if (timedOut) return fail('timeout', 'cell-timeout', `It had no result after ${timeoutSeconds} s.`);
  if (message?.type === 'error') {
    if (isEnvironment(message.code)) throw environmentError(message);
    return fail('failed', message.code, message.message);
  }
  return fail('failed', 'cell-failed', describeExit(exit));
}

const environmentCodes: readonly string[] = [
  'engine-missing',
  'engine-failed',
  'data-missing',
  'data-damaged',
  'disk-failed',
  'lock-held',
] satisfies ErrorCode[];

function isEnvironment(code: string): code is ErrorCode {
  return environmentCodes.includes(code);
}

/** A child's message as an error of the whole run: of its own code if that is one of the environment. */
export function environmentError({ code, message }: { code: string; message: string }): SambenchError {
  // The message is complete already, down to its full stop, which the error adds again.
  const problem = message.replace(/\.$/, '');
  return new SambenchError(isEnvironment(code) ? code : 'engine-failed', { problem });
}

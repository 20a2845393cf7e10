/** The result of a cell that left none itself: its process died, gave up or ran out of time. */
import os from 'node:os';
import { describeEnvironment } from '../results/environment.js';
import type { CellResult } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import { version } from '../version.js';
import type { ChildExit } from './launch.js';
import type { RunContext } from './messages.js';

export interface Failure {
  status: 'failed' | 'timeout';
  code: string;
  message: string;
  /** Seconds from the start of its process to the end. */
  seconds: number;
  contended: boolean;
}

/**
 * A result that says why `cell` has no evaluation. What only the engine knows is marked `unknown`; the process's whole
 * time counts as `otherSeconds`.
 */
export function failedResult(cell: Cell, failure: Failure, context: RunContext): CellResult {
  const { status, code, message, seconds, contended } = failure;
  return {
    schema: 1,
    suite: cell.suite,
    cell: cell.id,
    arm: cell.arm,
    seed: cell.seed,
    settings: cell.settings,
    status,
    error: { code, message },
    budget: cell.budget,
    history: [],
    final: null,
    sharpness: {},
    time: { trainSeconds: 0, evaluationSeconds: 0, otherSeconds: seconds, inputWaitSeconds: 0, contended },
    memory: { peakRssBytes: 0 },
    provenance: {
      version,
      gitCommit: context.gitCommit,
      gitDirty: context.gitDirty,
      suiteSha256: context.suiteSha256,
      dataSha256: 'unknown',
      initSha256: null,
      firstBatchSha256: null,
      command: context.command,
    },
    environment: describeEnvironment({
      threads: cell.settings.threads,
      tensorflow: 'unknown',
      tfjs: 'unknown',
      oneDnn: false,
      gpu: null,
    }),
  };
}

/** In words how a process ended that said nothing: signal or exit code, a likely reason, its last lines. */
export function describeExit({ code, signal, lastLines }: ChildExit): string {
  const end = signal
    ? `Its process was killed by ${signal} (${os.constants.signals[signal]})${signal === 'SIGKILL' ? ', perhaps for want of memory' : ''}.`
    : code === null
      ? 'Its process could not be started.'
      : `Its process ended with code ${code} before it had a result.`;
  return lastLines.length > 0 ? `${end} Its last lines were:\n${lastLines.join('\n')}` : end;
}

/**
 * A process whose steps are timed. It waits until it is asked, so that only one of several computes at a time: commands
 * go in by line (`check N`, `time N`, `trace N`, `quit`), answers come back as lines of JSON.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { OperationTime } from '../engine/trace.js';
import { SambenchError } from '../errors.js';

/** How to start a contestant. */
export interface ContestantProgram {
  name: string;
  command: string;
  args: readonly string[];
  /** Variables besides those of this process, of which `ownVariables` are left out. */
  env: Readonly<Record<string, string>>;
}

/** Losses of the first steps; the perturbed ones are null for a rule without perturbation. */
export interface CheckAnswer {
  losses: number[];
  perturbedLosses: (number | null)[];
  /** From the definition of the step to the end of the first one, where the contestant tells. */
  firstMilliseconds?: number;
}

/** A contestant that runs, and what it can be asked. */
export interface Contestant {
  name: string;
  /** What it told of itself when it was ready. */
  facts: Readonly<Record<string, unknown>>;
  /** Runs its first `steps` steps; once, before `time`. */
  check(steps: number): Promise<CheckAnswer>;
  /** Runs `steps` steps; the milliseconds of each. */
  time(steps: number): Promise<number[]>;
  /** Traces `steps` steps, after one that does not count; the times of each. Only our own compiled step can be asked. */
  trace(steps: number): Promise<OperationTime[][]>;
  /** Most memory that was resident so far; null where the system does not tell. */
  peakRssBytes(): number | null;
  quit(): Promise<void>;
}

/** Variables that set threads, kernels and allocators: a contestant has its own only, whatever this shell has. */
const ownVariables =
  /^(TF_|OMP_|KMP_|MKL_|ONEDNN_|DNNL_|XLA_|JAX_|KERAS_|TORCH|PYTORCH_|GLIBC_|MALLOC_|LD_PRELOAD|PYTHON|NPROC|ATEN_)/;

const keptLines = 4;

/**
 * Starts a contestant and waits until it is ready.
 * @throws SambenchError `engine-failed` when it ends instead, with its last words; the same of each question.
 */
export async function startContestant({ name, command, args, env }: ContestantProgram): Promise<Contestant> {
  const inherited = Object.entries(process.env).filter(([key]) => !ownVariables.test(key));
  const child = spawn(command, args, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lastLines: string[] = [];
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => lastLines.push(error.message));
  });
  child.stdin.on('error', () => {});
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastLines.push(line.trim());
    if (lastLines.length > keptLines) lastLines.shift();
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const nextAnswer = async (): Promise<Record<string, unknown>> => {
    const line = await answers.next();
    if (!line.done) return JSON.parse(line.value) as Record<string, unknown>;
    await closed;
    const told = lastLines.filter(Boolean).join(' | ') || `exit ${child.exitCode ?? child.signalCode}`;
    throw new SambenchError('engine-failed', { problem: `${name} ended before it answered: ${told}` });
  };
  const ask = (question: string) => {
    child.stdin.write(`${question}\n`);
    return nextAnswer();
  };
  const facts = await nextAnswer();
  return {
    name,
    facts,
    check: async (steps) => (await ask(`check ${steps}`)) as unknown as CheckAnswer,
    time: async (steps) => (await ask(`time ${steps}`)).milliseconds as number[],
    trace: async (steps) => (await ask(`trace ${steps}`)).operations as OperationTime[][],
    peakRssBytes: () => peakRssBytes(child.pid),
    async quit() {
      child.stdin.end('quit\n');
      await closed;
    },
  };
}

/** Ends all of `contestants`, also after a failure. */
export async function quitAll(contestants: readonly Contestant[]): Promise<void> {
  await Promise.all(contestants.map((contestant) => contestant.quit()));
}

function peakRssBytes(pid: number | undefined): number | null {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}

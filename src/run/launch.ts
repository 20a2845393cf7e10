/** Starts one child process and speaks with it: typed messages one way, log lines and an exit the other. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ChildMessage, ParentMessage } from './messages.js';
import { isNoise } from './noise.js';

/** How a child ended, after all that it said has been read. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines that it wrote to standard error or standard output, TensorFlow's noise left out. */
  lastLines: string[];
}

export interface Child {
  send(message: ParentMessage): void;
  kill(): void;
  /** Never rejects: a child that could not be started ends with code null and its reason as the last line. */
  ended: Promise<ChildExit>;
}

export interface ChildListener {
  onMessage(message: ChildMessage): void;
  onLine(line: string): void;
}

/** Starts a child that understands `ParentMessage`. */
export type Launch = (listener: ChildListener) => Child;

const keptLines = 20;

/**
 * The allocator setting for processes that train: huge pages (some 3 % of a step). TensorFlow pools its tensors itself as
 * long as oneDNN is on; keeping freed memory besides (`mmap_max=0`, `top_pad`) gave nothing more and took 200 MB.
 */
export const allocator = 'glibc.malloc.hugetlb=1';

/** The program that trains cells: `child.ts` beside this file in development, `child.js` in the published package. */
export const trainingProgram = fileURLToPath(
  new URL(`./child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** A launcher of `program`, a path to a JavaScript or TypeScript file. */
export function launcher(program: string = trainingProgram): Launch {
  return (listener) => {
    const child = fork(program, [], {
      execArgv: program.endsWith('.ts') ? ['--import', typeScriptLoader()] : [],
      env: { GLIBC_TUNABLES: allocator, ...process.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Plain JSON would turn a loss that is not a number into null.
      serialization: 'advanced',
    });
    const lastLines: string[] = [];
    const onLine = (line: string) => {
      if (isNoise(line)) return;
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
      listener.onLine(line);
    };
    child.on('message', (message) => listener.onMessage(message as ChildMessage));
    return {
      send: (message) => {
        // A child that has just died cannot be told anything; its end is reported by `ended`.
        if (child.connected) child.send(message, () => {});
      },
      kill: () => {
        child.kill('SIGKILL');
      },
      ended: endOf(child, onLine).then(({ code, signal }) => ({ code, signal, lastLines })),
    };
  };
}

async function endOf(
  child: ChildProcess,
  onLine: (line: string) => void,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const lines = [child.stdout, child.stderr].map((stream) => (stream ? readLines(stream, onLine) : null));
  // The exit may be known before the last message and the last line have been read: wait for all three.
  const disconnected = new Promise<void>((resolve) => {
    child.once('disconnect', resolve);
    child.once('error', () => resolve());
  });
  const closed = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      onLine(error.message);
      resolve({ code: null, signal: null });
    });
  });
  const [end] = await Promise.all([closed, disconnected, ...lines]);
  return end;
}

async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of createInterface({ input: stream })) onLine(line);
  } catch {
    // The stream of a process that could not be started closes early; `closed` reports it.
  }
}

function typeScriptLoader(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}

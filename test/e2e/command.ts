/** Runs the real command in a process of its own, as a user would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const cli = path.join(root, 'src', 'cli.ts');

/** How a command ended. */
export interface Ended {
  /** Exit code, or 128 plus the number of the signal, as a shell gives it. */
  status: number;
  stdout: string;
  stderr: string;
  seconds: number;
}

/** A command under way. */
export interface Running {
  process: ChildProcess;
  /** Standard error so far. */
  stderr(): string;
  /** Waits until standard error matches; fails when the command ends before. */
  until(pattern: RegExp): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts `sambench` with these arguments in the folder `cwd`. */
export function start(args: readonly string[], cwd: string = root): Running {
  return follow(process.execPath, ['--import', loader, cli, ...args], cwd);
}

/** Starts `npm run` with these arguments in the repository. */
export function startNpm(args: readonly string[]): Running {
  return follow('npm', ['run', '--silent', ...args], root);
}

/** Runs `sambench` with these arguments to its end. */
export function sambench(args: readonly string[], cwd: string = root): Promise<Ended> {
  return start(args, cwd).ended;
}

function environment(): NodeJS.ProcessEnv {
  // The test runner's own settings would change how the command loads its sources.
  const { NODE_OPTIONS: _options, VITEST: _vitest, ...rest } = process.env;
  return rest;
}

/** Starts any program in the folder `cwd`, without the settings of the test runner. */
export function follow(program: string, args: readonly string[], cwd: string): Running {
  const child = spawn(program, args, { cwd, env: environment() });
  const started = performance.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    status: code ?? 128 + (signal === 'SIGKILL' ? 9 : signal === 'SIGINT' ? 2 : 15),
    stdout,
    stderr,
    seconds: (performance.now() - started) / 1000,
  }));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  return {
    process: child,
    stderr: () => stderr,
    ended,
    async until(pattern) {
      while (!pattern.test(stderr)) {
        if (over) throw new Error(`the command ended before it wrote ${pattern}:\n${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

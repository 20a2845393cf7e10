/** Runs a program of the system and keeps what it says. */
import { spawn } from 'node:child_process';

/** How a program ended. `code` is null when it could not be started or was killed by a signal. */
export interface ProgramResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** `ENOENT` when there is no such program. */
  startError: string | null;
}

/** Runs `command` to its end; never rejects except when `signal` is aborted. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; signal?: AbortSignal | undefined } = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') reject(error);
      else resolve({ code: null, stdout, stderr, startError: error.code ?? error.message });
    });
    child.on('close', (code) => resolve({ code, stdout, stderr, startError: null }));
  });
}

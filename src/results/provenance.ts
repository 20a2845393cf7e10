/** Which code made a result: version, commit and command. */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Provenance } from './result.js';

/** The parts of a provenance that are the same for every cell of a run. */
export type RunProvenance = Pick<Provenance, 'gitCommit' | 'gitDirty' | 'command'>;

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/**
 * The commit of the checkout that holds sambench's own code, whether that code differs from the commit, and the command.
 * Commit and dirtiness are null where the package is not a checkout (installed from a registry) or git is missing.
 * Only what can change a number counts as dirty: sources, manifest and lock file, not results.
 */
export async function describeProvenance(args: readonly string[]): Promise<RunProvenance> {
  return { ...(await describeCheckout(packageRoot)), command: describeCommand(args) };
}

/** The command as one types it: `sambench` and its arguments, quoted where a shell needs it. */
export function describeCommand(args: readonly string[]): string {
  return ['sambench', ...args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : quote(arg)))].join(' ');
}

/** The commit of the checkout at `root`; nulls when `root` is not the top of one. */
export async function describeCheckout(root: string): Promise<Pick<Provenance, 'gitCommit' | 'gitDirty'>> {
  const git = async (...args: string[]) => (await run('git', ['-C', root, ...args])).stdout.trim();
  try {
    // A package inside some other project's checkout must not take that project's commit for its own.
    const top = await git('rev-parse', '--show-toplevel');
    if ((await realpath(top)) !== (await realpath(path.resolve(root)))) throw new Error('not a checkout');
    const gitCommit = await git('rev-parse', 'HEAD');
    const changes = await git('status', '--porcelain', '--', 'src', 'package.json', 'package-lock.json');
    return { gitCommit, gitDirty: changes !== '' };
  } catch {
    return { gitCommit: null, gitDirty: null };
  }
}

function quote(arg: string): string {
  return `'${arg.replaceAll("'", `'\\''`)}'`;
}

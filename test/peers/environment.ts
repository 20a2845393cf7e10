/** The peers' own Python: a virtual environment in the cache folder with the packages of requirements.txt. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import lockfile from 'proper-lockfile';
import { cacheFolder } from '../../src/cache.js';
import { runProgram } from '../../src/engine/install/program.js';
import { SambenchError } from '../../src/errors.js';

const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** Pythons to look for, the usual one first; the packages need one of these versions. */
const pythons = ['python3', 'python3.13', 'python3.12', 'python3.11'];
const versions = /^Python 3\.1[1-3]\b/;

/**
 * The path of the Python that runs the peers. The first call fetches 3 GB of packages; other requirements make another
 * environment.
 * @throws SambenchError `engine-missing` without a fitting Python, `engine-failed` when pip fails.
 */
export async function peerPython(tell: (line: string) => void): Promise<string> {
  const key = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cacheFolder(), 'peers', key);
  const python = join(folder, 'bin', 'python');
  // Written last, so that an install that was cut short is begun again.
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return python;
  await mkdir(join(cacheFolder(), 'peers'), { recursive: true });
  const release = await lockfile.lock(join(cacheFolder(), 'peers'), {
    retries: { forever: true, minTimeout: 1000, maxTimeout: 1000 },
  });
  try {
    if (existsSync(complete)) return python;
    await rm(folder, { recursive: true, force: true });
    tell('making the virtual environment of the peers, a download of 3 GB');
    await run(await systemPython(), ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-cache-dir', '-r', requirements]);
    await writeFile(complete, '');
    return python;
  } finally {
    await release();
  }
}

async function systemPython(): Promise<string> {
  for (const name of pythons) {
    const { code, stdout } = await runProgram(name, ['--version']);
    if (code === 0 && versions.test(stdout)) return name;
  }
  throw new SambenchError('engine-missing', {
    problem: 'the peers need Python 3.11 to 3.13',
    fix: 'Install one of them with its venv module (Debian, Ubuntu: apt-get install python3-venv).',
  });
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr, startError } = await runProgram(command, args);
  if (code === 0) return;
  const told = `${stderr}\n${stdout}`.split('\n').filter((line) => /\S/.test(line));
  const reason =
    told.findLast((line) => /error/i.test(line)) ?? told.at(-1) ?? startError ?? 'it said nothing';
  throw new SambenchError('engine-failed', {
    problem: `the environment of the peers cannot be made: ${reason.trim()}`,
    fix: 'Mend that (network, disk, python3-venv) and try again.',
  });
}

/** Gets the wheels of a variant: put by hand into the cache, or downloaded by pip under pinned hashes. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SambenchError } from '../../errors.js';
import { wheelsFolder } from './location.js';
import { type PinnedWheel, wheelPlatforms, wheelPython } from './pins.js';
import { pipFailure } from './pip-failure.js';
import { runProgram } from './program.js';
import type { StageContext } from './stage.js';

/** The wheels that were not put into the cache by hand. */
export function wheelsToDownload(wheels: readonly PinnedWheel[]): PinnedWheel[] {
  return wheels.filter(({ file }) => !existsSync(join(wheelsFolder(), file)));
}

/** How to do without pip, as a sentence for an error message. */
export function byHand(wheels: readonly PinnedWheel[]): string {
  const files = wheels.map(({ file }) => file).join(', ');
  return `Or get ${files} from the Python package index on another machine and put it into ${wheelsFolder()}.`;
}

/**
 * Paths of the wheels, each verified by its hash. What must be downloaded goes into `folder`. Throws `engine-missing`,
 * `engine-failed` or `disk-failed`.
 */
export async function fetchWheels(
  wheels: readonly PinnedWheel[],
  folder: string,
  context: StageContext,
): Promise<string[]> {
  context.report({ stage: 'fetch', fraction: 0 });
  const missing = wheelsToDownload(wheels);
  for (const wheel of wheels) {
    if (!missing.includes(wheel)) await verify(join(wheelsFolder(), wheel.file), wheel);
  }
  if (missing.length > 0) await download(missing, folder, context);
  context.report({ stage: 'fetch', fraction: 1 });
  return wheels.map((wheel) => join(missing.includes(wheel) ? folder : wheelsFolder(), wheel.file));
}

async function verify(path: string, { sha256 }: PinnedWheel): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  if (hash.digest('hex') === sha256) return;
  throw new SambenchError('engine-failed', {
    file: path,
    problem: `this is not the pinned file, whose SHA-256 is ${sha256}`,
    fix: 'Delete it, or put the right one there.',
  });
}

async function download(
  wheels: readonly PinnedWheel[],
  folder: string,
  { report, signal }: StageContext,
): Promise<void> {
  const temporary = join(folder, 'pip');
  await mkdir(temporary, { recursive: true });
  const requirements = join(folder, 'requirements.txt');
  const lines = wheels.map(({ requirement, sha256 }) => `${requirement} --hash=sha256:${sha256}\n`);
  await writeFile(requirements, lines.join(''));

  const args = ['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input', '--no-cache-dir'];
  args.push('--progress-bar', 'off', '--no-deps', '--only-binary', ':all:', '--python-version', wheelPython);
  for (const platform of wheelPlatforms) args.push('--platform', platform);
  // Retries are what tells an index out of reach from one without the file: pip ends both with the same words.
  args.push('--retries', '4', '--require-hashes', '--dest', folder, '--requirement', requirements);

  const total = wheels.reduce((sum, { bytes }) => sum + bytes, 0);
  const timer = setInterval(() => {
    void folderBytes(folder).then((bytes) =>
      report({ stage: 'fetch', fraction: Math.min(bytes / total, 0.99) }),
    );
  }, 250);
  try {
    // pip downloads into its temporary folder first: ours, so that nothing stays behind and progress can be seen.
    const env = { ...process.env, TMPDIR: temporary, LC_ALL: 'C' };
    const { code, stdout, stderr, startError } = await runProgram('python3', args, { env, signal });
    if (code !== 0) throw pipFailure(`${stdout}\n${stderr}`, startError, byHand(wheels));
  } finally {
    clearInterval(timer);
  }
  for (const { file, requirement } of wheels) {
    if (existsSync(join(folder, file))) continue;
    throw new SambenchError('engine-failed', {
      problem: `pip ended well, but left no ${file} for ${requirement}`,
      fix: byHand(wheels),
    });
  }
}

/** Bytes of all files below a folder; files that vanish meanwhile count as nothing. */
async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (entry) => (entry.isFile() ? entry.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

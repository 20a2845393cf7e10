/** Gets the wheels of a variant: put by hand into the cache, or downloaded by pip under pinned hashes. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SambenchError } from '../../errors.js';
import { wheelsFolder } from './location.js';
import { type PinnedWheel, wheelPlatforms, wheelPython } from './pins.js';
import { runProgram } from './program.js';
import type { StageContext } from './stage.js';

/** Paths of the wheels, verified. `folder` is a temporary one, for what must be downloaded. */
export async function fetchWheels(
  wheels: readonly PinnedWheel[],
  folder: string,
  context: StageContext,
): Promise<string[]> {
  const missing = wheels.filter(({ file }) => !existsSync(join(wheelsFolder(), file)));
  if (missing.length > 0) await download(missing, folder, context);
  const paths: string[] = [];
  for (const wheel of wheels) {
    const placed = !missing.includes(wheel);
    const path = join(placed ? wheelsFolder() : folder, wheel.file);
    if (placed) await verify(path, wheel);
    paths.push(path);
  }
  return paths;
}

async function verify(path: string, wheel: PinnedWheel): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  const found = hash.digest('hex');
  if (found !== wheel.sha256) {
    throw new SambenchError('engine-failed', {
      file: path,
      problem: `this is not the pinned file: its SHA-256 is not ${wheel.sha256}`,
      value: found,
      fix: 'Delete it, or put the right one there.',
    });
  }
}

async function download(
  wheels: readonly PinnedWheel[],
  folder: string,
  { report, signal }: StageContext,
): Promise<void> {
  const temporary = join(folder, 'pip');
  await mkdir(temporary, { recursive: true });
  const requirements = join(folder, 'requirements.txt');
  await writeFile(
    requirements,
    wheels.map(({ requirement, sha256 }) => `${requirement} --hash=sha256:${sha256}\n`).join(''),
  );
  const total = wheels.reduce((sum, { bytes }) => sum + bytes, 0);
  report({ stage: 'fetch', fraction: 0 });
  const timer = setInterval(() => {
    void folderBytes(folder).then((bytes) => {
      report({ stage: 'fetch', fraction: Math.min(bytes / total, 1) });
    });
  }, 250);
  const args = ['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input', '--no-cache-dir'];
  args.push('--no-deps', '--only-binary', ':all:', '--require-hashes', '--python-version', wheelPython);
  for (const platform of wheelPlatforms) args.push('--platform', platform);
  args.push('--progress-bar', 'off', '--dest', folder, '--requirement', requirements);
  try {
    // pip downloads into its temporary folder first: ours, so that nothing stays behind and the progress shows.
    const result = await runProgram('python3', args, { env: { ...process.env, TMPDIR: temporary }, signal });
    if (result.code !== 0) {
      throw new SambenchError('engine-failed', {
        problem: `pip could not download ${wheels.map(({ requirement }) => requirement).join(', ')}`,
        value: result.stderr.trim().split('\n').at(-1),
      });
    }
  } finally {
    clearInterval(timer);
  }
  report({ stage: 'fetch', fraction: 1 });
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

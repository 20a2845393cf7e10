/** Puts the shared libraries and headers of a pinned variant into the cache: fetch, unpack, strip. */
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SambenchError } from '../../errors.js';
import { fetchWheels } from './fetch.js';
import type { EngineLocation } from './location.js';
import type { PinnedWheel } from './pins.js';
import { isOnPath } from './platform.js';
import { runProgram } from './program.js';
import type { StageContext } from './stage.js';
import { unpackWheels } from './unpack.js';

const manifest = 'files.json';

/** Whether the library lies in its folder, with all files as long as they were when it was put there. */
export function hasLibrary({ variant, folder }: EngineLocation): boolean {
  if (variant === 'own') return true;
  try {
    const sizes = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as Record<string, number>;
    return Object.entries(sizes).every(([name, size]) => statSync(join(folder, name)).size === size);
  } catch {
    return false;
  }
}

/**
 * Installs the library from `wheels`, working in the empty folder `scratch` beside its place and moving the whole
 * there in one step. `bytes` is the room that this takes.
 */
export async function installLibrary(
  location: EngineLocation,
  wheels: readonly PinnedWheel[],
  bytes: number,
  scratch: string,
  context: StageContext,
): Promise<void> {
  await demandRoom(scratch, bytes);
  const paths = await fetchWheels(wheels, scratch, context);
  const folder = join(scratch, 'library');
  await unpackWheels(paths, folder, context);
  await strip(folder, location.libraryNames, context);
  await writeFile(join(folder, manifest), JSON.stringify(await sizesBelow(folder), null, 2));
  await rm(location.folder, { recursive: true, force: true });
  await mkdir(dirname(location.folder), { recursive: true });
  await rename(folder, location.folder);
}

/** Makes the libraries a quarter smaller where there is a `strip`; it replaces a file only when it succeeds. */
async function strip(
  folder: string,
  names: readonly string[],
  { report, signal }: StageContext,
): Promise<void> {
  if (!isOnPath('strip')) return;
  for (const [index, name] of names.entries()) {
    report({ stage: 'strip', fraction: index / names.length });
    await runProgram('strip', ['--strip-unneeded', join(folder, 'tensorflow', name)], { signal });
  }
  report({ stage: 'strip', fraction: 1 });
}

async function sizesBelow(folder: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const entry = await stat(join(folder, name));
    if (entry.isFile()) sizes[name] = entry.size;
  }
  return sizes;
}

async function demandRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const gigabytes = (count: number) => `${(count / 1e9).toFixed(1)} GB`;
  throw new SambenchError('disk-failed', {
    file: folder,
    problem: `the engine needs ${gigabytes(bytes)} while it is installed, and ${gigabytes(bavail * bsize)} are free`,
    fix: 'Make room or set SAMBENCH_CACHE to a folder on another disk.',
  });
}

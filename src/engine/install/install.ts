/** Puts the engine in place: fetch, unpack, strip, compile, link. Each stage leaves a whole result or none. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SambenchError } from '../../errors.js';
import { hasAddons, installAddons } from './compile.js';
import { hasLibrary, installLibrary } from './library.js';
import { isLinked, linkAddon } from './link.js';
import { type EngineLocation, linkPath, pinnedEngine } from './location.js';
import { underLock } from './lock.js';
import { ownEngine } from './own-library.js';
import { bytesNeeded, type PinnedWheel, type Variant, wheels } from './pins.js';
import { chooseVariant, demandPlatform } from './platform.js';
import { everyPercent, type InstallProgress, type StageContext } from './stage.js';
import { demandTools } from './tools.js';

export type { EngineLocation } from './location.js';
export type { InstallProgress } from './stage.js';

export interface InstallOptions {
  /** Called at every new stage and every percent of one. */
  onProgress?: (progress: InstallProgress) => void;
  /** Default: `$SAMBENCH_VARIANT`, else what the machine can use. */
  variant?: Variant;
  signal?: AbortSignal;
}

/** All that an install depends on. */
export interface InstallPlan {
  location: EngineLocation;
  /** What to fetch; empty for a library of the user's own. */
  wheels: readonly PinnedWheel[];
  /** Bytes of disk that fetching and unpacking take. */
  bytes: number;
  /** Where TensorFlow.js looks for its addon. */
  link: string;
}

/** Which engine this machine is to use. Throws `engine-missing` when `$SAMBENCH_LIBTENSORFLOW` leads to none. */
export function planEngine(variant?: Variant): InstallPlan {
  const own = process.env.SAMBENCH_LIBTENSORFLOW;
  const link = linkPath();
  if (own) return { location: ownEngine(own), wheels: [], bytes: 0, link };
  const chosen = variant ?? chooseVariant();
  return { location: pinnedEngine(chosen), wheels: wheels[chosen], bytes: bytesNeeded[chosen], link };
}

/** Whether the engine is in the cache, and whether TensorFlow.js is linked to it. */
export function engineState({ location, link }: InstallPlan): { installed: boolean; linked: boolean } {
  return { installed: hasLibrary(location) && hasAddons(location), linked: isLinked(link, location.binding) };
}

/**
 * Makes sure that the engine is in the cache and linked, and says where it lies; takes milliseconds when it is. Throws
 * `engine-missing`, `engine-failed` or `disk-failed`, each with what to do, and `interrupted` when aborted.
 */
export async function ensureEngine(options: InstallOptions = {}): Promise<EngineLocation> {
  return installEngine(planEngine(options.variant), options);
}

/** The same for any plan. */
export async function installEngine(
  plan: InstallPlan,
  options: InstallOptions = {},
): Promise<EngineLocation> {
  const { location, link } = plan;
  const context: StageContext = {
    report: everyPercent(options.onProgress ?? (() => {})),
    signal: options.signal,
  };
  try {
    if (!engineState(plan).installed) await underLock(context, () => installParts(plan, context));
    if (!isLinked(link, location.binding)) {
      context.report({ stage: 'link', fraction: 0 });
      await linkAddon(link, location.binding);
      context.report({ stage: 'link', fraction: 1 });
    }
  } catch (error) {
    throw forUser(error);
  }
  return location;
}

/** Installs what is missing; the lock is held, so scratch folders are those of killed processes. */
async function installParts({ location, wheels, bytes }: InstallPlan, context: StageContext): Promise<void> {
  if (hasLibrary(location) && hasAddons(location)) return;
  demandPlatform();
  const { compiler } = await demandTools(location, wheels);
  if (!hasLibrary(location)) {
    const scratches = join(dirname(location.folder), '.new');
    await rm(scratches, { recursive: true, force: true });
    // A new name each time: a download whose parent was killed may still be writing into the old one.
    const scratch = join(scratches, randomUUID());
    await mkdir(scratch, { recursive: true });
    try {
      await installLibrary(location, wheels, bytes, scratch, context);
    } finally {
      await rm(scratches, { recursive: true, force: true });
    }
  }
  if (!hasAddons(location)) await installAddons(location, compiler ?? [], context);
}

const diskProblems: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'it may not be written',
  EEXIST: 'there is no room for a folder',
  ENOTDIR: 'there is no room for a folder',
};

function forUser(error: unknown): unknown {
  if (error instanceof SambenchError || !(error instanceof Error)) return error;
  const { code = '', path } = error as NodeJS.ErrnoException;
  if (error.name === 'AbortError')
    return new SambenchError(
      'interrupted',
      { problem: 'the install of the engine was interrupted' },
      { cause: error },
    );
  const problem = diskProblems[code];
  if (problem === undefined) return error;
  const fix = 'Make room or give write permission, or set SAMBENCH_CACHE to another folder.';
  const file = path === undefined ? {} : { file: path };
  return new SambenchError(
    'disk-failed',
    { ...file, problem: `${problem}: ${error.message}`, fix },
    { cause: error },
  );
}

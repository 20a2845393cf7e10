/** Puts the engine in place: fetch, unpack, strip, compile, link. Each stage leaves a whole result or none. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compileAddons } from './compile.js';
import { fetchWheels } from './fetch.js';
import { isLinked, linkAddon } from './link.js';
import { type EngineLocation, engineLocation, enginesFolder, libraryFolder } from './location.js';
import { libraries, type Variant, wheels } from './pins.js';
import type { InstallProgress, StageContext } from './stage.js';
import { unpackWheels } from './unpack.js';

export type { EngineLocation } from './location.js';
export type { InstallProgress } from './stage.js';

export interface InstallOptions {
  onProgress?: (progress: InstallProgress) => void;
  variant?: Variant;
  signal?: AbortSignal;
}

/** Makes sure that the engine is in the cache and linked, and says where it lies. Takes milliseconds when it is. */
export async function ensureEngine(options: InstallOptions = {}): Promise<EngineLocation> {
  const location = engineLocation(options.variant ?? 'cpu');
  const context: StageContext = { report: options.onProgress ?? (() => {}), signal: options.signal };
  if (!existsSync(location.libraries)) await installLibrary(location, context);
  if (!existsSync(location.binding)) await installAddons(location, context);
  if (!isLinked(location)) {
    context.report({ stage: 'link', fraction: null });
    await linkAddon(location);
  }
  return location;
}

async function installLibrary(location: EngineLocation, context: StageContext): Promise<void> {
  const temporary = join(enginesFolder(), `.new-${process.pid}`);
  await mkdir(temporary, { recursive: true });
  const paths = await fetchWheels(wheels[location.variant], temporary, context);
  const folder = join(temporary, 'library');
  await unpackWheels(paths, folder, context);
  await rename(folder, libraryFolder(location.variant));
  await rm(temporary, { recursive: true });
}

async function installAddons(location: EngineLocation, context: StageContext): Promise<void> {
  const temporary = `${location.addons}.new-${process.pid}`;
  await mkdir(temporary, { recursive: true });
  const library = { folder: location.libraries, headers: location.headers, names: libraries };
  await compileAddons(temporary, location.addons, library, context);
  await rename(temporary, location.addons);
}

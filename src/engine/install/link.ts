/** Makes TensorFlow.js find the compiled addon: a link in its package folder. `npm ci` removes it. */
import { readlinkSync } from 'node:fs';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type EngineLocation, linkPath } from './location.js';

/** Whether TensorFlow.js is linked to this engine. */
export function isLinked(location: EngineLocation): boolean {
  try {
    return readlinkSync(linkPath()) === location.binding;
  } catch {
    return false;
  }
}

/** Links TensorFlow.js to the engine, replacing any other link in one step. */
export async function linkAddon(location: EngineLocation): Promise<void> {
  const path = linkPath();
  const temporary = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await symlink(location.binding, temporary);
  await rename(temporary, path);
}

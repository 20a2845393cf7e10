/** Makes TensorFlow.js find the compiled addon: a link in its package folder, which `npm ci` removes. */
import { readlinkSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SambenchError } from '../../errors.js';

/** Whether `link` leads to `binding`. */
export function isLinked(link: string, binding: string): boolean {
  try {
    return readlinkSync(link) === binding;
  } catch {
    return false;
  }
}

let links = 0;

/** Makes `link` lead to `binding`, replacing whatever is there in one step. */
export async function linkAddon(link: string, binding: string): Promise<void> {
  const temporary = `${link}.${process.pid}-${links++}`;
  try {
    await mkdir(dirname(link), { recursive: true });
    await rm(temporary, { force: true });
    await symlink(binding, temporary);
    await rename(temporary, link);
  } catch (error) {
    throw new SambenchError(
      'engine-failed',
      {
        file: link,
        problem: `TensorFlow.js cannot be linked to its library: ${error instanceof Error ? error.message : error}`,
        fix: 'Make the folder node_modules writable, or install sambench into a folder of your own.',
      },
      { cause: error },
    );
  }
}

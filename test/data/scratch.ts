/** A folder for the files of one test, removed afterwards, with the variables that name it put back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

/** Gives each test an empty folder, the cache inside it, and no data of the user's own. */
export function useScratch(): { path(...names: string[]): string } {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sambench-data-'));
    vi.stubEnv('SAMBENCH_CACHE', join(folder, 'cache'));
    vi.stubEnv('SAMBENCH_DATA', '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  return { path: (...names) => join(folder, ...names) };
}

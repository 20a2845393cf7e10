/** Where fetched and built things are kept between runs and shared by all checkouts: the engine and the data sets. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The absolute path of the cache folder: `$SAMBENCH_CACHE`, else `sambench` in the user's cache folder of the XDG
 * convention. It need not exist yet.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.SAMBENCH_CACHE;
  if (own) return resolve(own);
  const xdg = environment.XDG_CACHE_HOME;
  // The convention says that a relative path is to be ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'sambench');
}

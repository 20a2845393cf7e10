/** Lets one process at a time fetch a data set; the others wait. */
import { setTimeout } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import type { FetchOptions } from './progress.js';

/** In milliseconds; a process that was killed holds the others up for three times as long. */
const renewal = 5000;

/** Runs `work` under the lock of `folder`, waiting as long as another process holds it. */
export async function underLock(
  folder: string,
  { onProgress, signal }: FetchOptions,
  work: () => Promise<void>,
): Promise<void> {
  // A process that slept past its time may find another one here: files are moved into place as a whole.
  const onCompromised = () => {};
  const options = { realpath: false, stale: 3 * renewal, update: renewal, onCompromised };
  for (let isFirst = true; ; isFirst = false) {
    const release = await lockfile.lock(folder, options).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ELOCKED') return null;
      throw error;
    });
    if (release !== null) return work().finally(() => release().catch(() => {}));
    if (isFirst) onProgress?.({ stage: 'waiting for another process that fetches the data', fraction: null });
    await setTimeout(250, undefined, signal ? { signal } : {});
  }
}

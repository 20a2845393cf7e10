/** Lets one process at a time install an engine; the others wait. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { cacheFolder } from '../../cache.js';
import type { StageContext } from './stage.js';

/** A lock is renewed this often in milliseconds, and that of a killed process is taken over after three times as long. */
const renewal = 4000;

/** Runs `work` under the lock of the cache folder, waiting as long as another process holds it. */
export async function underLock<T>({ report, signal }: StageContext, work: () => Promise<T>): Promise<T> {
  await mkdir(cacheFolder(), { recursive: true });
  const options = {
    lockfilePath: join(cacheFolder(), 'engine.lock'),
    realpath: false,
    stale: 3 * renewal,
    update: renewal,
    // A process that slept past its time may meet another one here: every stage is moved into place as a whole.
    onCompromised: () => {},
  };
  for (;;) {
    const release = await lockfile.lock(cacheFolder(), options).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ELOCKED') return null;
      throw error;
    });
    if (release !== null) return work().finally(() => release().catch(() => {}));
    report({ stage: 'wait', fraction: null });
    await sleep(250, undefined, signal ? { signal } : {});
  }
}

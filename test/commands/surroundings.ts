/** What commands run in here: nobody stops them, nothing is fetched, and a fake child takes the place of training. */
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Surroundings } from '../../src/commands/command-result.js';
import { launcher } from '../../src/run/launch.js';

/** The fake child, which does what the name of an arm says. */
export const fakeChild = launcher(fileURLToPath(new URL('../run/fake-child.mjs', import.meta.url)));

/** Surroundings with some of them changed. */
export function surroundingsWith(changes: Partial<Surroundings> = {}): Surroundings {
  return {
    progress: new PassThrough() as unknown as NodeJS.WriteStream,
    args: [],
    listenForStop: () => ({
      soon: new AbortController().signal,
      now: new AbortController().signal,
      dispose() {},
    }),
    launch: fakeChild,
    provide: async () => {},
    ...changes,
  };
}

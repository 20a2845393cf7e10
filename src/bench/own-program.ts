/** How to start `own-step.ts` as a contestant. */
import { fileURLToPath } from 'node:url';
import { allocator } from '../run/launch.js';
import type { ContestantProgram } from './contestant.js';
import type { OwnStep } from './own-step.js';

/** A contestant of our own called `name`, in a process as training has it. */
export function ownProgram(name: string, step: OwnStep): ContestantProgram {
  const file = new URL(`./own-step${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  return {
    name,
    command: process.execPath,
    args: [...process.execArgv, fileURLToPath(file), JSON.stringify(step)],
    env: { GLIBC_TUNABLES: allocator },
  };
}

/**
 * The lock of a results folder: two runs of one suite never train the same cell at the same time. Runs of different
 * shards or single cells have locks of their own and may share a folder; each excludes a run of the whole suite.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { SambenchError } from '../errors.js';

/** Who holds a lock, kept beside it for the message of whoever finds it held. */
interface Holder {
  pid: number;
  host: string;
  since: string;
}

// A holder renews its lock every 5 s. One that died is known by its pid, or on another host by the age of the lock.
const staleMilliseconds = 20_000;
const renewMilliseconds = 5_000;
const shortestStale = 2_000;

/**
 * Takes the lock of `folder`, made if missing, for `part`: `all` or the name of a shard or cell.
 * Resolves to the function that gives it back. A lock whose holder is dead is taken over; `onLost` is called when
 * another process has done so to us, after this one was suspended for long.
 * @throws SambenchError `lock-held`, naming the process that holds it.
 */
export async function lockResults(
  folder: string,
  part: string,
  onLost: () => void = () => {},
): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new SambenchError(
      'disk-failed',
      {
        file: folder,
        problem: `cannot be made (${error.message})`,
        fix: 'Choose another folder with --results.',
      },
      { cause: error },
    );
  });
  const own = part === 'all' ? '.lock' : `.lock-${part.replaceAll('/', 'of')}`;
  const release = await take(folder, own, onLost);
  try {
    for (const other of await rivals(folder, own)) {
      if (await isHeld(folder, other)) throw held(folder, await holderOf(folder, other));
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

async function take(folder: string, name: string, onLost: () => void): Promise<() => Promise<void>> {
  const lockfilePath = path.join(folder, name);
  const options = {
    lockfilePath,
    realpath: false,
    stale: staleMilliseconds,
    update: renewMilliseconds,
    onCompromised: onLost,
  };
  let giveBack = await attempt(options);
  // The library takes over only a lock that is at least 2 s old, which keeps two who try from both succeeding.
  for (let trial = 0; giveBack === null && trial < 12; trial++) {
    if (!isDead(await holderOf(folder, name))) break;
    await setTimeout(250);
    const stolen = await attempt({ ...options, stale: shortestStale, update: shortestStale / 2 });
    await stolen?.();
    giveBack = stolen && (await attempt(options));
  }
  if (giveBack === null) throw held(folder, await holderOf(folder, name));
  const holder: Holder = { pid: process.pid, host: os.hostname(), since: new Date().toISOString() };
  await writeFile(`${lockfilePath}.json`, JSON.stringify(holder));
  const release = giveBack;
  return async () => {
    await rm(`${lockfilePath}.json`, { force: true });
    // A lock that was lost is no longer ours to give back.
    await release().catch(() => {});
  };
}

type LockOptions = lockfile.LockOptions & { lockfilePath: string };

async function attempt(options: LockOptions): Promise<(() => Promise<void>) | null> {
  try {
    // The library tells its locks apart by this first path alone.
    return await lockfile.lock(options.lockfilePath, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return null;
    throw error;
  }
}

async function rivals(folder: string, own: string): Promise<string[]> {
  const locks = (await readdir(folder)).filter((name) => name.startsWith('.lock') && !name.endsWith('.json'));
  return own === '.lock' ? locks.filter((name) => name !== own) : locks.filter((name) => name === '.lock');
}

async function isHeld(folder: string, name: string): Promise<boolean> {
  const lockfilePath = path.join(folder, name);
  const options = { lockfilePath, realpath: false, stale: staleMilliseconds };
  if (!(await lockfile.check(lockfilePath, options))) return false;
  return !isDead(await holderOf(folder, name));
}

async function holderOf(folder: string, name: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as Holder;
  } catch {
    // It has just been taken, or is just being given back.
    return null;
  }
}

function isDead(holder: Holder | null): boolean {
  if (holder === null || holder.host !== os.hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function held(folder: string, holder: Holder | null): SambenchError {
  const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : 'another process';
  return new SambenchError('lock-held', {
    file: folder,
    problem: `is in use by ${who}`,
    fix: 'Wait until it has ended, stop it, or choose another folder with --results.',
  });
}

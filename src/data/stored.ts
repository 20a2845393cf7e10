/** The files of a data set on disk: each known by its size and its MD5, and looked at before every use. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SambenchError } from '../errors.js';

/** One file as its publisher made it. */
export interface StoredFile {
  name: string;
  bytes: number;
  md5: string;
}

export type FileState = 'ready' | 'missing' | 'damaged';

/** What a look at one file found. `md5` is null where its size is wrong already, or where there is no file. */
export interface FileCheck {
  file: StoredFile;
  path: string;
  state: FileState;
  bytes: number | null;
  md5: string | null;
}

/** Reads a whole file into the start of `buffer`, which can hold it, and returns that part. */
export function readInto(path: string, buffer: Uint8Array): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Compares each file in `folder` with what it should be. One buffer serves all, for the sake of memory. */
export function checkFiles(folder: string, files: readonly StoredFile[]): FileCheck[] {
  const buffer = Buffer.allocUnsafeSlow(Math.max(...files.map((file) => file.bytes)));
  return files.map((file) => {
    const path = join(folder, file.name);
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? null;
    if (bytes === null) return { file, path, state: 'missing', bytes, md5: null };
    if (bytes !== file.bytes) return { file, path, state: 'damaged', bytes, md5: null };
    const md5 = md5Of(readInto(path, buffer));
    return { file, path, state: md5 === file.md5 ? 'ready' : 'damaged', bytes, md5 };
  });
}

/** Throws at the first file of `checks` that is not as published; `fix` says what to do about it. */
export function demandReady(checks: readonly FileCheck[], fix: string): void {
  for (const { file, path, state, bytes, md5 } of checks) {
    if (state === 'missing')
      throw new SambenchError('data-missing', { problem: 'the file is missing', file: path, fix });
    if (state === 'damaged') {
      const found = md5 === null ? `${bytes} bytes instead of ${file.bytes}` : `MD5 ${md5}`;
      throw new SambenchError('data-damaged', {
        problem: `the file is damaged: expected MD5 ${file.md5}, found ${found}`,
        file: path,
        fix,
      });
    }
  }
}

/** MD5 of `bytes` in hexadecimal: not a safeguard against malice, but the sum that the publishers give. */
export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

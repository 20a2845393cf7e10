/** The files of a data set on disk: each known by its size and its MD5, and looked at before every use. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { SambenchError } from '../errors.js';

/** One file as its publisher made it. */
export interface StoredFile {
  name: string;
  bytes: number;
  /** The sum that publishers give: no safeguard against malice, but one against damage. */
  md5: string;
}

export type FileState = 'ready' | 'missing' | 'damaged';

/** What a look at one file found; sizes and sums are null where there is no file. */
export interface FileCheck {
  file: StoredFile;
  path: string;
  state: FileState;
  bytes: number | null;
  md5: string | null;
}

/**
 * Compares each file in `folder` with what it should be, down to the last byte. Throws `disk-failed` for a file that is
 * there and cannot be read.
 */
export function checkFiles(folder: string, files: readonly StoredFile[]): FileCheck[] {
  return files.map((file) => {
    const path = join(folder, file.name);
    if (!existsSync(path)) return { file, path, state: 'missing', bytes: null, md5: null };
    const { bytes, md5 } = sumOf(path);
    return { file, path, state: md5 === file.md5 ? 'ready' : 'damaged', bytes, md5 };
  });
}

/** Throws at the first file of `checks` that is not as published; `fix` says what to do about it. */
export function demandReady(checks: readonly FileCheck[], fix: string): void {
  for (const { file, path, state, md5 } of checks) {
    if (state === 'ready') continue;
    const isMissing = state === 'missing';
    throw new SambenchError(isMissing ? 'data-missing' : 'data-damaged', {
      problem: isMissing
        ? 'the file is missing'
        : `the file is damaged: expected MD5 ${file.md5}, found ${md5}`,
      file: path,
      fix,
    });
  }
}

/** Memory that readers share, so that reading file after file takes that of the largest alone. */
export interface SharedBuffer {
  bytes?: Uint8Array;
}

/** A way to read a whole verified file. What it gives is good until the next file is read into the same buffer. */
export function fileReader(folder: string, file: StoredFile, shared: SharedBuffer = {}): () => Uint8Array {
  return () => {
    if ((shared.bytes?.length ?? 0) < file.bytes) shared.bytes = Buffer.allocUnsafeSlow(file.bytes);
    const buffer = shared.bytes as Uint8Array;
    const descriptor = openSync(join(folder, file.name), 'r');
    try {
      const read = readSync(descriptor, buffer, 0, file.bytes, 0);
      if (read < file.bytes) throw new Error(`${file.name} has become shorter since it was verified`);
      return buffer.subarray(0, read);
    } finally {
      closeSync(descriptor);
    }
  };
}

/** MD5 of `bytes` in hexadecimal. */
export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

const chunk = Buffer.allocUnsafeSlow(1 << 20);

function sumOf(path: string): { bytes: number; md5: string } {
  const hash = createHash('md5');
  let bytes = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
        hash.update(chunk.subarray(0, read));
        bytes += read;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const problem = `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new SambenchError('disk-failed', { problem, file: path, fix: 'Make it readable, or remove it.' });
  }
  return { bytes, md5: hash.digest('hex') };
}

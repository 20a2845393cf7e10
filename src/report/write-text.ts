/** Writes one text file of a report, whole or not at all. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { remedyOf } from '../disk-remedy.js';
import { SambenchError } from '../errors.js';

/** Writes `text` to `file`, making its folder, and returns `file`. Throws `disk-failed`. */
export async function writeText(file: string, text: string): Promise<string> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
    return file;
  } catch (error) {
    throw new SambenchError(
      'disk-failed',
      {
        problem: `cannot be written (${(error as Error).message})`,
        file,
        fix: remedyOf((error as NodeJS.ErrnoException).code, '--reports'),
      },
      { cause: error },
    );
  }
}

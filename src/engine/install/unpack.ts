/** Unpacks the few files of a wheel that the engine needs. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, open, type ZipFile } from 'yauzl';
import { isNeeded } from './pins.js';
import type { StageContext } from './stage.js';

/** Writes the needed members of `wheels` below `folder`, under their own paths. */
export async function unpackWheels(
  wheels: readonly string[],
  folder: string,
  { report, signal }: StageContext,
): Promise<void> {
  report({ stage: 'unpack', fraction: 0 });
  const archives: { zip: ZipFile; entries: Entry[] }[] = [];
  try {
    for (const wheel of wheels) {
      const zip = await openZip(wheel);
      archives.push({ zip, entries: [] });
    }
    for (const archive of archives) archive.entries = await neededEntries(archive.zip);
    const all = archives.flatMap(({ entries }) => entries);
    const total = all.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    let done = 0;
    const onBytes = (count: number) => {
      done += count;
      report({ stage: 'unpack', fraction: done / total });
    };
    for (const { zip, entries } of archives) {
      for (const entry of entries)
        await unpackEntry(zip, entry, join(folder, entry.fileName), onBytes, signal);
    }
  } finally {
    for (const { zip } of archives) zip.close();
  }
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  path: string,
  onBytes: (count: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const source = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
  const count = new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      onBytes(chunk.length);
      pass(null, chunk);
    },
  });
  // The upper half of the attributes are Unix permissions: one of the files is a program.
  const mode = (entry.externalFileAttributes >>> 16) & 0o111 ? 0o755 : 0o644;
  await pipeline(source, count, createWriteStream(path, { mode }), signal ? { signal } : {});
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    );
  });
}

function neededEntries(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      if (isNeeded(entry.fileName)) entries.push(entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', reject);
    zip.readEntry();
  });
}

/** Unpacks the few files of a wheel that the engine needs. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Entry, open, type ZipFile } from 'yauzl';
import { isNeeded } from './pins.js';
import type { StageContext } from './stage.js';

const openZip = promisify<string, { lazyEntries: true; autoClose: false }, ZipFile>(open);

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
      const zip = await openZip(wheel, { lazyEntries: true, autoClose: false });
      const archive = { zip, entries: [] as Entry[] };
      archives.push(archive);
      archive.entries = await neededEntries(zip);
    }
    const total = archives.flatMap(({ entries }) => entries).reduce((sum, e) => sum + e.uncompressedSize, 0);
    let done = 0;
    for (const { zip, entries } of archives) {
      for (const entry of entries) {
        const path = join(folder, entry.fileName);
        await mkdir(dirname(path), { recursive: true });
        const count = new Transform({
          transform(chunk: Buffer, _encoding, pass) {
            done += chunk.length;
            report({ stage: 'unpack', fraction: done / total });
            pass(null, chunk);
          },
        });
        const source = await promisify(zip.openReadStream.bind(zip) as OpenReadStream)(entry);
        await pipeline(source, count, createWriteStream(path), signal ? { signal } : {});
      }
    }
  } finally {
    for (const { zip } of archives) zip.close();
  }
}

type OpenReadStream = (
  entry: Entry,
  callback: (error: Error | null, stream: NodeJS.ReadableStream) => void,
) => void;

function neededEntries(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      if (isNeeded(entry.fileName)) entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
    zip.readEntry();
  });
}

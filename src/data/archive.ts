/** Fetches a file from its publisher's address and checks its MD5 as it arrives. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Source } from './holding.js';
import { unpack } from './unpack.js';

/** A file at a public address. */
export interface PublishedFile {
  url: string;
  md5: string;
}

/** A download from which nothing has come for this long is given up. */
const silenceMilliseconds = 30_000;

/** Downloads to `path`, telling the share received. Throws an `Error` that says why the file cannot be had. */
export async function download(
  { url, md5 }: PublishedFile,
  path: string,
  onFraction: (fraction: number | null) => void,
  signal?: AbortSignal,
): Promise<void> {
  const silence = new AbortController();
  const giveUp = () => silence.abort();
  let timer = setTimeout(giveUp, silenceMilliseconds);
  try {
    const ends = signal ? AbortSignal.any([silence.signal, signal]) : silence.signal;
    const response = await fetch(url, { signal: ends });
    if (!response.ok || response.body === null) throw new Error(`the answer is ${response.status}`);
    const total = Number(response.headers.get('content-length')) || null;
    const hash = createHash('md5');
    let received = 0;
    const observe = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, silenceMilliseconds);
        hash.update(chunk);
        received += chunk.length;
        onFraction(total && Math.min(1, received / total));
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, observe, createWriteStream(path));
    const found = hash.digest('hex');
    if (found !== md5) throw new Error(`the MD5 is ${found} instead of ${md5}`);
  } catch (error) {
    if (silence.signal.aborted) throw new Error(`nothing has come for ${silenceMilliseconds / 1000} s`);
    // What `fetch` itself throws says only "fetch failed"; its cause tells more.
    if (error instanceof TypeError && error.cause instanceof Error) throw new Error(error.cause.message);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A source that is one tar archive, whose files are told by their last names. */
export function archiveSource(archive: PublishedFile, names: readonly string[]): Source {
  return {
    title: archive.url,
    async *fetch({ scratch, onProgress, signal }) {
      const path = join(scratch, 'archive');
      const stage = `${archive.url}: download`;
      await download(archive, path, (fraction) => onProgress({ stage, fraction }), signal);
      onProgress({ stage: `${archive.url}: unpack`, fraction: null });
      for (const entry of await unpack(path, scratch, new Set(names)))
        yield { name: basename(entry), bytes: await readFile(join(scratch, entry)) };
    },
  };
}

/** A source that has each file at an address of its own, as it is or, where only the address ends so, as `.gz`. */
export function filesSource(title: string, files: readonly (PublishedFile & { name: string })[]): Source {
  return {
    title,
    async *fetch({ scratch, onProgress, signal }) {
      for (const file of files) {
        const path = join(scratch, file.name);
        const stage = `${file.url}: download`;
        await download(file, path, (fraction) => onProgress({ stage, fraction }), signal);
        const bytes = await readFile(path);
        const isCompressed = file.url.endsWith('.gz') && !file.name.endsWith('.gz');
        yield { name: file.name, bytes: isCompressed ? await promisify(gunzip)(bytes) : bytes };
      }
    },
  };
}

/** A source that is a folder with the files in gzip's format, each under its name with `.gz` after it. */
export function gzipFolderSource(
  title: string,
  folderOf: () => string | undefined,
  names: readonly string[],
): Source {
  return {
    title,
    async *fetch() {
      const folder = folderOf();
      if (!folder) throw new Error('not there');
      for (const name of names)
        yield { name, bytes: await promisify(gunzip)(await readFile(join(folder, `${name}.gz`))) };
    },
  };
}

/** Fetches a file from its publisher's address and checks its MD5, as far as possible while it arrives. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { extract } from 'tar';
import type { Source } from './provide.js';

/** A file at a public address. */
export interface PublishedFile {
  url: string;
  md5: string;
}

/** Ends a download from which nothing has come for this long. */
const silenceMilliseconds = 30_000;

/** Downloads to `path`, telling the share received. Throws an `Error` that says why the file cannot be had. */
export async function download(
  { url, md5 }: PublishedFile,
  path: string,
  onFraction: (fraction: number | null) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMilliseconds);
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answers ${response.status}`);
    const total = Number(response.headers.get('content-length')) || null;
    const hash = createHash('md5');
    let received = 0;
    const observe = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMilliseconds);
        hash.update(chunk);
        received += chunk.length;
        onFraction(total && received / total);
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, observe, createWriteStream(path), { signal: silence.signal });
    const found = hash.digest('hex');
    if (found !== md5) throw new Error(`${url} has MD5 ${found} instead of ${md5}`);
  } catch (error) {
    if (silence.signal.aborted) throw new Error(`${url} is silent for ${silenceMilliseconds / 1000} s`);
    throw error instanceof TypeError ? new Error(`${url} cannot be reached: ${causeOf(error)}`) : error;
  } finally {
    clearTimeout(timer);
  }
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** A source that is one tar archive, compressed or not, whose files are told by their last names. */
export function archiveSource(archive: PublishedFile): Source {
  return {
    title: archive.url,
    async *fetch(scratch, onProgress) {
      const path = join(scratch, 'archive');
      const stage = `${archive.url}: download`;
      await download(archive, path, (fraction) => onProgress({ stage, fraction }));
      const folder = join(scratch, 'files');
      await mkdir(folder);
      await extract({ file: path, cwd: folder });
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
        if (entry.isFile())
          yield { name: entry.name, bytes: await readFile(join(entry.parentPath, entry.name)) };
    },
  };
}

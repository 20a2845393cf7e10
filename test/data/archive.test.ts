import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveSource, download, filesSource, gzipFolderSource } from '../../src/data/archive.js';
import type { FetchedFile, Source } from '../../src/data/holding.js';
import { md5Of } from '../../src/data/stored.js';
import { useScratch } from './scratch.js';

describe('a published file', () => {
  const scratch = useScratch();
  let served: Record<string, Buffer>;
  let server: Server;
  let address: string;

  beforeEach(async () => {
    served = {};
    server = createServer((request, response) => {
      const body = served[request.url ?? ''];
      if (body) response.writeHead(200, { 'content-length': body.length }).end(body);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(scratch.path('target'));
  });
  afterEach(() => {
    server.close();
  });

  async function filesOf(source: Source): Promise<FetchedFile[]> {
    const files: FetchedFile[] = [];
    for await (const file of source.fetch({ scratch: scratch.path('target'), onProgress: () => {} }))
      files.push(file);
    return files.sort((one, other) => one.name.localeCompare(other.name));
  }

  it('is downloaded, and the share received is told up to 1', async () => {
    const body = Buffer.alloc(300_000, 'x');
    served['/file'] = body;
    const shares: (number | null)[] = [];
    const target = scratch.path('target', 'file');
    await download({ url: `${address}/file`, md5: md5Of(body) }, target, (share) => shares.push(share));
    expect(readFileSync(target)).toEqual(body);
    expect(shares.at(-1)).toBe(1);
  });

  it('with another MD5 than the pinned one is refused', async () => {
    served['/file'] = Buffer.from('body');
    const fetched = download({ url: `${address}/file`, md5: 'abc' }, scratch.path('file'), () => {});
    await expect(fetched).rejects.toThrow(`the MD5 is ${md5Of(Buffer.from('body'))} instead of abc`);
  });

  it('that is gone is told by the server’s status', async () => {
    const fetched = download({ url: `${address}/gone`, md5: '' }, scratch.path('file'), () => {});
    await expect(fetched).rejects.toThrow('the answer is 404');
  });

  it('of a server that is not there is told by the cause', async () => {
    const port = (server.address() as AddressInfo).port;
    await new Promise((resolve) => server.close(resolve));
    const fetched = download({ url: `http://127.0.0.1:${port}/`, md5: '' }, scratch.path('file'), () => {});
    await expect(fetched).rejects.toThrow('ECONNREFUSED');
  });

  it('that is an archive gives the wanted files wherever they lie in it', async () => {
    mkdirSync(scratch.path('some', 'where'), { recursive: true });
    writeFileSync(scratch.path('some', 'where', 'a.bin'), 'A');
    writeFileSync(scratch.path('some', 'b.bin'), 'B');
    writeFileSync(scratch.path('some', 'readme'), 'R');
    create({ file: scratch.path('x.tar.gz'), cwd: scratch.path(), gzip: true, sync: true }, ['some']);
    const body = readFileSync(scratch.path('x.tar.gz'));
    served['/x.tar.gz'] = body;
    const source = archiveSource({ url: `${address}/x.tar.gz`, md5: md5Of(body) }, ['a.bin', 'b.bin']);
    const files = await filesOf(source);
    expect(files.map(({ name, bytes }) => [name, String(bytes)])).toEqual([
      ['a.bin', 'A'],
      ['b.bin', 'B'],
    ]);
  });

  it('that is compressed is unpacked, unless it is kept so', async () => {
    const body = gzipSync('content');
    served['/a.gz'] = body;
    const file = { url: `${address}/a.gz`, md5: md5Of(body) };
    const source = filesSource('web', [
      { ...file, name: 'a' },
      { ...file, name: 'a.gz' },
    ]);
    const [plain, kept] = await filesOf(source);
    expect(String(plain?.bytes)).toBe('content');
    expect(kept?.bytes).toEqual(body);
  });

  it('that somebody has downloaded already is unpacked from its folder', async () => {
    writeFileSync(scratch.path('a.gz'), gzipSync('content'));
    const [file] = await filesOf(gzipFolderSource('folder', () => scratch.path(), ['a']));
    expect([file?.name, String(file?.bytes)]).toEqual(['a', 'content']);
    const nowhere = gzipFolderSource('folder', () => undefined, ['a']);
    await expect(filesOf(nowhere)).rejects.toThrow('not there');
  });
});

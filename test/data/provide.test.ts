import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type FetchedFile, type Holding, placeOf, type Source } from '../../src/data/holding.js';
import { provide } from '../../src/data/provide.js';
import { md5Of } from '../../src/data/stored.js';
import { useScratch } from './scratch.js';

const first = Buffer.from('first file');
const second = Buffer.from('second file');

/** A source that delivers these files and counts how often it is asked. */
function sourceOf(files: readonly FetchedFile[], title = 'a source'): Source & { asked: () => number } {
  let asked = 0;
  return {
    title,
    asked: () => asked,
    async *fetch() {
      asked++;
      yield* files;
    },
  };
}

const good = [
  { name: 'one.bin', bytes: first },
  { name: 'two.bin', bytes: second },
];

function failing(title: string, problem: string): Source & { asked: () => number } {
  let asked = 0;
  return {
    title,
    asked: () => asked,
    // biome-ignore lint/correctness/useYield: a source that fails before it delivers anything
    async *fetch() {
      asked++;
      throw new Error(problem);
    },
  };
}

const holdingOf = (...sources: Source[]): Holding => ({
  folder: 'some-data',
  files: [
    { name: 'one.bin', bytes: first.length, md5: md5Of(first) },
    { name: 'two.bin', bytes: second.length, md5: md5Of(second) },
  ],
  sources,
  home: 'https://example.invalid/data',
});

describe('the files of a data set', () => {
  const scratch = useScratch();
  const cached = (name: string) => scratch.path('cache', 'data', 'some-data', name);

  it('are fetched into the cache, with nothing else left there', async () => {
    const folder = await provide(holdingOf(sourceOf(good)));
    expect(folder).toBe(scratch.path('cache', 'data', 'some-data'));
    expect(readFileSync(cached('one.bin'))).toEqual(first);
    expect(readFileSync(cached('two.bin'))).toEqual(second);
    expect(readdirSync(scratch.path('cache', 'data'))).toEqual(['some-data']);
    expect(readdirSync(folder).sort()).toEqual(['one.bin', 'two.bin']);
  });

  it('are fetched once', async () => {
    const source = sourceOf(good);
    await provide(holdingOf(source));
    await provide(holdingOf(source));
    expect(source.asked()).toBe(1);
  });

  it('are fetched again where one is damaged, be it by one byte', async () => {
    const source = sourceOf(good);
    await provide(holdingOf(source));
    writeFileSync(cached('two.bin'), 'second filE');
    await provide(holdingOf(source));
    expect(source.asked()).toBe(2);
    expect(readFileSync(cached('two.bin'))).toEqual(second);
  });

  it('are fetched again where one is missing', async () => {
    const source = sourceOf(good);
    await provide(holdingOf(source));
    rmSync(cached('one.bin'));
    await provide(holdingOf(source));
    expect(readFileSync(cached('one.bin'))).toEqual(first);
  });

  it('come from the first source that delivers, in order', async () => {
    const [broken, working, spare] = [failing('broken', 'no network'), sourceOf(good), sourceOf(good)];
    await provide(holdingOf(broken, working, spare));
    expect([broken, working, spare].map((source) => source.asked())).toEqual([1, 1, 0]);
  });

  it('are not taken from a source whose bytes are wrong', async () => {
    const wrong = sourceOf([{ name: 'one.bin', bytes: Buffer.from('something') }]);
    await provide(holdingOf(wrong, sourceOf(good)));
    expect(readFileSync(cached('one.bin'))).toEqual(first);
  });

  it('are not complete with a source that lacks one of them', async () => {
    const incomplete = sourceOf(good.slice(0, 1), 'half');
    await expect(provide(holdingOf(incomplete))).rejects.toThrow('half: two.bin is not in it');
  });

  it('that no source delivers are an error that names each reason, the folder and the files', async () => {
    const fetched = provide(holdingOf(failing('npm', 'no network'), failing('web', 'no answer')));
    await expect(fetched).rejects.toMatchObject({ code: 'data-missing', exitCode: 4 });
    await expect(fetched).rejects.toThrow(/npm: no network; web: no answer/);
    await expect(fetched).rejects.toThrow(scratch.path('cache', 'data', 'some-data'));
    await expect(fetched).rejects.toThrow(/one\.bin, two\.bin/);
    expect(existsSync(scratch.path('cache', 'data', 'some-data.partial'))).toBe(false);
  });

  it('are taken from the folder of the user where they are there', async () => {
    vi.stubEnv('SAMBENCH_DATA', scratch.path('own'));
    mkdirSync(scratch.path('own', 'some-data'), { recursive: true });
    for (const { name, bytes } of good) writeFileSync(scratch.path('own', 'some-data', name), bytes);
    const source = sourceOf(good);
    expect(await provide(holdingOf(source))).toBe(scratch.path('own', 'some-data'));
    expect(source.asked()).toBe(0);
  });

  it('of the user that are damaged are an error with both sums, and stay as they are', async () => {
    vi.stubEnv('SAMBENCH_DATA', scratch.path('own'));
    mkdirSync(scratch.path('own', 'some-data'), { recursive: true });
    writeFileSync(scratch.path('own', 'some-data', 'one.bin'), 'else');
    writeFileSync(scratch.path('own', 'some-data', 'two.bin'), second);
    const source = sourceOf(good);
    const opened = provide(holdingOf(source));
    await expect(opened).rejects.toMatchObject({ code: 'data-damaged', exitCode: 4 });
    await expect(opened).rejects.toThrow(scratch.path('own', 'some-data', 'one.bin'));
    await expect(opened).rejects.toThrow(`expected MD5 ${md5Of(first)}, found ${md5Of(Buffer.from('else'))}`);
    expect(source.asked()).toBe(0);
    expect(readFileSync(scratch.path('own', 'some-data', 'one.bin'), 'utf8')).toBe('else');
  });

  it('of the user that are incomplete are an error that names the missing one', async () => {
    vi.stubEnv('SAMBENCH_DATA', scratch.path('own'));
    mkdirSync(scratch.path('own', 'some-data'), { recursive: true });
    writeFileSync(scratch.path('own', 'some-data', 'one.bin'), first);
    const opened = provide(holdingOf(sourceOf(good)));
    await expect(opened).rejects.toMatchObject({ code: 'data-missing' });
    await expect(opened).rejects.toThrow(scratch.path('own', 'some-data', 'two.bin'));
  });

  it('are the cache’s where the folder of the user has none of them', () => {
    const environment = { SAMBENCH_DATA: scratch.path('own'), SAMBENCH_CACHE: scratch.path('cache') };
    const place = { folder: scratch.path('cache', 'data', 'some-data'), own: false };
    expect(placeOf(holdingOf(), environment)).toEqual(place);
  });

  it('are fetched by one of two that want them at once, while the other waits', async () => {
    const source = sourceOf(good);
    const stages: string[] = [];
    const holding = holdingOf(source);
    const both = await Promise.all([
      provide(holding, { onProgress: ({ stage }) => stages.push(stage) }),
      provide(holding, { onProgress: ({ stage }) => stages.push(stage) }),
    ]);
    expect(both[0]).toBe(both[1]);
    expect(source.asked()).toBe(1);
    expect(stages).toEqual(['waiting for another process that fetches the data']);
  });

  it('are fetched in spite of what a killed process has left behind', async () => {
    mkdirSync(scratch.path('cache', 'data', 'some-data'), { recursive: true });
    mkdirSync(scratch.path('cache', 'data', 'some-data.partial'));
    writeFileSync(scratch.path('cache', 'data', 'some-data.partial', 'half'), 'half');
    writeFileSync(cached('one.bin.123456'), 'half');
    await provide(holdingOf(sourceOf(good)));
    expect(readdirSync(scratch.path('cache', 'data', 'some-data')).sort()).toEqual(['one.bin', 'two.bin']);
    expect(readdirSync(scratch.path('cache', 'data'))).toEqual(['some-data']);
  });

  it('are not fetched on after an interruption, which leaves nothing half done', async () => {
    const stop = new AbortController();
    const slow: Source = {
      title: 'slow',
      async *fetch({ signal }) {
        yield { name: 'one.bin', bytes: first };
        stop.abort();
        signal?.throwIfAborted();
      },
    };
    const spare = sourceOf(good);
    const fetched = provide(holdingOf(slow, spare), { signal: stop.signal });
    await expect(fetched).rejects.toMatchObject({ code: 'interrupted', exitCode: 130 });
    expect(spare.asked()).toBe(0);
    expect(readdirSync(scratch.path('cache', 'data'))).toEqual(['some-data']);
  });

  it('are not waited for after an interruption', async () => {
    const stop = new AbortController();
    const endless: Source = {
      title: 'endless',
      async *fetch({ signal }) {
        await setTimeout(60_000, undefined, { signal });
        yield* good;
      },
    };
    const options = { signal: stop.signal, onProgress: () => stop.abort() };
    const both = [provide(holdingOf(endless), options), provide(holdingOf(endless), options)];
    const interrupted = { status: 'rejected', reason: { code: 'interrupted' } };
    expect(await Promise.allSettled(both)).toMatchObject([interrupted, interrupted]);
  });

  it('that cannot be written are an error about the disk', async () => {
    // A file where the cache folder should be: no permission trick works for a user who may do everything.
    writeFileSync(scratch.path('cache'), '');
    await expect(provide(holdingOf(sourceOf(good)))).rejects.toMatchObject({
      code: 'disk-failed',
      exitCode: 4,
    });
  });
});

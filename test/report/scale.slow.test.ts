/** Large suites: memory and the size of the page; the time is printed, since how long a test takes is the machine's affair. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largeCells, writeLarge } from './scale.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./scale.ts', import.meta.url));
const megabyte = 1e6;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-scale-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Reports in a process of its own, start of the process included; the best of `tries`, since others use the machine. */
async function report(place: string, grid: readonly number[], tries: number) {
  let best = { seconds: Number.POSITIVE_INFINITY, bytes: 0 };
  for (let attempt = 0; attempt < tries; attempt++) {
    const start = performance.now();
    const { stdout } = await run(process.execPath, ['--import', 'tsx', program, place, ...grid.map(String)]);
    const seconds = (performance.now() - start) / 1000;
    if (seconds < best.seconds) best = { seconds, bytes: JSON.parse(stdout).bytes };
  }
  const page = (await stat(path.join(place, 'reports', 'large.html'))).size;
  console.log(
    `${place}: ${best.seconds.toFixed(1)} s, ${(best.bytes / 1e9).toFixed(2)} GB, page ${page} bytes`,
  );
  return { ...best, page };
}

describe('a report', () => {
  it('of 100 cells has a page of at most 1 MB', async () => {
    const place = path.join(folder, 'hundred');
    writeLarge(place, largeCells(20, 5, 100), 100);
    const { page } = await report(place, [20, 5, 100], 3);
    expect(page).toBeLessThanOrEqual(megabyte);
  });

  it('of 10,000 cells with 200 epochs takes at most 1.5 GB, and its page 3 MB', async () => {
    const place = path.join(folder, 'thousands');
    const cells = largeCells(1000, 10, 200);
    expect(cells).toHaveLength(10_000);
    writeLarge(place, cells, 200);
    const { bytes, page } = await report(place, [1000, 10, 200], 1);
    expect(bytes).toBeLessThanOrEqual(1500 * megabyte);
    expect(page).toBeLessThanOrEqual(3 * megabyte);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockResults } from '../../src/run/lock.js';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let other: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-lock-'));
});
afterEach(async () => {
  other?.kill('SIGKILL');
  other = null;
  await rm(folder, { recursive: true, force: true });
});

/** Leaves a lock as a process with number `pid` would. */
async function plantLock(name: string, pid: number): Promise<void> {
  await mkdir(path.join(folder, name));
  await writeFile(
    path.join(folder, `${name}.json`),
    JSON.stringify({ pid, host: hostname(), since: '2026-01-01T00:00:00.000Z' }),
  );
}

async function liveProcess(): Promise<number> {
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(other, 'spawn');
  return other.pid ?? 0;
}

async function deadProcess(): Promise<number> {
  const pid = await liveProcess();
  other?.kill('SIGKILL');
  if (other) await once(other, 'exit');
  return pid;
}

describe('the lock of a results folder', () => {
  it('is refused while another process holds it, and says which', async () => {
    const pid = await liveProcess();
    await plantLock('.lock', pid);
    await expect(lockResults(folder, 'all')).rejects.toMatchObject({
      code: 'lock-held',
      exitCode: 4,
      message: expect.stringContaining(`process ${pid} on`),
    });
  });

  it('can be taken again after it was given back, and leaves nothing', async () => {
    await (await lockResults(folder, 'all'))();
    await (await lockResults(folder, 'all'))();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over within seconds from a process that was killed', async () => {
    await plantLock('.lock', await deadProcess());
    const release = await lockResults(folder, 'all');
    await expect(lockResults(folder, 'all')).rejects.toMatchObject({ code: 'lock-held' });
    await release();
  });

  it('lets two shards work side by side', async () => {
    const first = await lockResults(folder, '1/2');
    const second = await lockResults(folder, '2/2');
    await expect(lockResults(folder, '2/2')).rejects.toMatchObject({ code: 'lock-held' });
    await first();
    await second();
  });

  it('excludes shards while the whole suite runs, and the whole suite while a shard runs', async () => {
    const whole = await lockResults(folder, 'all');
    await expect(lockResults(folder, '1/2')).rejects.toMatchObject({ code: 'lock-held' });
    await whole();
    const shard = await lockResults(folder, '1/2');
    await expect(lockResults(folder, 'all')).rejects.toMatchObject({ code: 'lock-held' });
    await shard();
  });

  it('is not refused for a shard that was killed', async () => {
    await plantLock('.lock-1of2', await deadProcess());
    await (await lockResults(folder, 'all'))();
  });
});

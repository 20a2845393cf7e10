import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type InstallProgress, installEngine } from '../../../src/engine/install/install.js';
import { FakeMachine } from './fake-machine.js';

let machine: FakeMachine;

beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => {
  vi.unstubAllEnvs();
  machine.dispose();
});

/** The error of an install that must fail. */
async function failure(): Promise<{ code: string; exitCode: number; message: string }> {
  return installEngine(machine.plan).then(
    () => Promise.reject(new Error('the install succeeded')),
    (error) => error,
  );
}

describe('an install', () => {
  it('puts library, headers, addons and link in place', async () => {
    const location = await installEngine(machine.plan);
    expect(existsSync(join(location.libraries, 'libtensorflow_cc.so.2'))).toBe(true);
    expect(existsSync(join(location.headers, 'tensorflow/c/c_api.h'))).toBe(true);
    expect(existsSync(join(location.addons, 'tensorflow', 'libtensorflow_framework.so.2'))).toBe(true);
    expect(readlinkSync(machine.plan.link)).toBe(location.binding);
    expect(machine.isTidy()).toBe(true);
  });

  it('unpacks nothing that the engine does not need', async () => {
    const { folder } = await installEngine(machine.plan);
    const files = Object.keys(JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8')));
    expect(files).toHaveLength(16);
    expect(files).not.toContain('tensorflow/python/not_needed.py');
  });

  it('tells its stages in order, each up to its end', async () => {
    const seen: InstallProgress[] = [];
    await installEngine(machine.plan, { onProgress: (progress) => seen.push(progress) });
    const ended = seen.filter(({ fraction }) => fraction === 1).map(({ stage }) => stage);
    expect(ended).toEqual(['fetch', 'unpack', 'compile', 'link']);
  });

  it('runs no program when the engine is there and linked', async () => {
    await installEngine(machine.plan);
    const before = machine.calls();
    const stages: string[] = [];
    await installEngine(machine.plan, { onProgress: ({ stage }) => stages.push(stage) });
    expect(machine.calls()).toEqual(before);
    expect(stages).toEqual([]);
  });

  it('makes a lost link again without any program', async () => {
    await installEngine(machine.plan);
    rmSync(join(machine.root, 'package'), { recursive: true });
    machine.removeProgram('python3');
    machine.removeProgram('g++');
    await installEngine(machine.plan);
    expect(existsSync(machine.plan.link)).toBe(true);
  });

  it('replaces a link to another engine', async () => {
    await installEngine(machine.plan);
    rmSync(machine.plan.link);
    writeFileSync(machine.plan.link, 'a file of the package’s own installer');
    const { binding } = await installEngine(machine.plan);
    expect(readlinkSync(machine.plan.link)).toBe(binding);
  });

  it('fetches a library again that has become shorter', async () => {
    const { libraries } = await installEngine(machine.plan);
    const library = join(libraries, 'libtensorflow_cc.so.2');
    truncateSync(library, 10);
    await installEngine(machine.plan);
    expect(readFileSync(library).length).toBeGreaterThan(10);
    expect(machine.calls().filter((call) => call === 'pip download')).toHaveLength(2);
  });

  it('compiles lost addons again without fetching', async () => {
    const { addons } = await installEngine(machine.plan);
    rmSync(addons, { recursive: true });
    await installEngine(machine.plan);
    expect(existsSync(addons)).toBe(true);
    expect(machine.calls().filter((call) => call === 'pip download')).toHaveLength(1);
  });

  it('takes a wheel that was put into the cache by hand, without Python', async () => {
    machine.placeWheel();
    machine.removeProgram('python3');
    await installEngine(machine.plan);
    expect(existsSync(machine.plan.link)).toBe(true);
    expect(machine.calls()).not.toContain('pip download');
  });

  it('uses the compiler that CXX names, with its arguments', async () => {
    machine.renameProgram('g++', 'mine');
    machine.addProgram('wrap', 'exec "$@"');
    vi.stubEnv('CXX', 'wrap mine');
    await installEngine(machine.plan);
    expect(existsSync(machine.plan.link)).toBe(true);
  });

  it('uses clang++ where there is no g++', async () => {
    machine.renameProgram('g++', 'clang++');
    await installEngine(machine.plan);
    expect(existsSync(machine.plan.link)).toBe(true);
  });

  it('ends as interrupted when it is aborted, and leaves nothing half done', async () => {
    machine.pip('slow');
    const stop = new AbortController();
    const install = installEngine(machine.plan, {
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === 'fetch') setTimeout(() => stop.abort(), 100);
      },
    });
    await expect(install).rejects.toMatchObject({ code: 'interrupted', exitCode: 130 });
    expect(existsSync(machine.plan.location.folder)).toBe(false);
    expect(machine.isTidy()).toBe(true);
  });
});

describe('two processes', () => {
  const child = join(import.meta.dirname, 'install-child.ts');
  const start = () =>
    spawn(process.execPath, ['--import', 'tsx', child, JSON.stringify(machine.plan)], {
      cwd: join(import.meta.dirname, '../../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  async function end(process: ReturnType<typeof start>): Promise<{ code: number | null; stages: string[] }> {
    let text = '';
    process.stdout.on('data', (part) => {
      text += String(part);
    });
    const [code] = await once(process, 'close');
    return { code, stages: text.trim().split(' ') };
  }

  it('may install at once: one works, the other waits', async () => {
    machine.pip('slow');
    const ends = await Promise.all([end(start()), end(start())]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(ends.filter(({ stages }) => stages.includes('fetch'))).toHaveLength(1);
    expect(ends.filter(({ stages }) => stages.includes('wait'))).toHaveLength(1);
    expect(machine.calls().filter((call) => call === 'pip download')).toHaveLength(1);
  }, 30_000);

  it('leave no half engine when one is killed, and the next install cleans up', async () => {
    machine.pip('slow');
    const first = start();
    const over = once(first, 'close');
    while (!machine.calls().includes('pip download')) await sleep(20);
    first.kill('SIGKILL');
    await over;
    expect(existsSync(machine.plan.location.folder)).toBe(false);
    expect(machine.isTidy()).toBe(false);
    // The lock of a killed process is taken over when it has not been renewed for a while.
    const past = new Date(Date.now() - 60_000);
    utimesSync(join(machine.cache, 'engine.lock'), past, past);
    machine.pip('ok');
    await installEngine(machine.plan);
    expect(existsSync(machine.plan.location.binding)).toBe(true);
    expect(machine.isTidy()).toBe(true);
  }, 30_000);
});

describe('an install that cannot be', () => {
  it('names python3 and the file to place when there is no Python', async () => {
    machine.removeProgram('python3');
    const { code, exitCode, message } = await failure();
    expect({ code, exitCode }).toEqual({ code: 'engine-missing', exitCode: 4 });
    expect(message).toContain('there is no python3.');
    expect(message).toContain('apt-get install python3-pip');
    expect(message).toContain(machine.wheel.file);
    expect(message).toContain(join(machine.cache, 'wheels'));
  });

  it('tells a Python without pip from no Python', async () => {
    machine.pip('no-pip');
    expect((await failure()).message).toContain('there is no pip for python3');
  });

  it('says that there is no compiler before it downloads', async () => {
    machine.removeProgram('g++');
    const { code, message } = await failure();
    expect(code).toBe('engine-missing');
    expect(message).toContain('there is no C++ compiler');
    expect(message).toContain('apt-get install g++');
    expect(machine.calls()).toEqual([]);
  });

  it('names all that is missing at once', async () => {
    machine.removeProgram('g++');
    machine.removeProgram('python3');
    expect((await failure()).message).toContain('no python3 and no C++ compiler');
  });

  it('names a compiler in CXX that is not there', async () => {
    vi.stubEnv('CXX', 'no-such-compiler');
    expect((await failure()).message).toContain('no-such-compiler');
  });

  it('says that the package index cannot be reached when offline', async () => {
    machine.pip('offline');
    const { code, message } = await failure();
    expect(code).toBe('engine-missing');
    expect(message).toContain('cannot be reached');
    expect(message).toContain(machine.wheel.file);
  });

  it('tells an index without the file from being offline', async () => {
    machine.pip('no-file');
    const { message } = await failure();
    expect(message).toContain('does not have this file');
    expect(message).not.toContain('cannot be reached');
  });

  it('says that the downloaded file is not the pinned one', async () => {
    machine.pip('wrong-hash');
    const { code, message } = await failure();
    expect(code).toBe('engine-failed');
    expect(message).toContain('not the pinned one');
  });

  it('says that the disk is full when pip says so', async () => {
    machine.pip('disk-full');
    const { code, message } = await failure();
    expect(code).toBe('disk-failed');
    expect(message).toContain('the disk is full');
  });

  it('says so when the disk has not the room, before it downloads', async () => {
    const plan = { ...machine.plan, bytes: 1e18 };
    await expect(installEngine(plan)).rejects.toMatchObject({ code: 'disk-failed' });
    expect(machine.calls()).toEqual([]);
  });

  it('says so when pip delivers another file than was asked for', async () => {
    machine.pip('lies');
    expect((await failure()).message).toContain('left no tensorflow_cpu');
  });

  it('names a wheel placed by hand whose hash is wrong', async () => {
    const path = machine.placeWheel(Buffer.from('not a wheel'));
    const { code, message } = await failure();
    expect(code).toBe('engine-failed');
    expect(message).toContain(path);
    expect(message).toContain(machine.wheel.sha256);
  });

  it('passes on what the compiler complains about', async () => {
    machine.compiler('fails');
    const { code, message } = await failure();
    expect(code).toBe('engine-failed');
    expect(message).toContain('fatal error: string: No such file');
    expect(existsSync(machine.plan.location.binding)).toBe(false);
    expect(machine.isTidy()).toBe(true);
  });

  it('keeps no addon that does not load', async () => {
    machine.compiler('garbage');
    const { code, message } = await failure();
    expect(code).toBe('engine-failed');
    expect(message).toContain('does not load');
    expect(existsSync(machine.plan.location.addons)).toBe(false);
  });

  it('says so when the cache folder is a file', async () => {
    writeFileSync(machine.cache, '');
    const { code, message } = await failure();
    expect(code).toBe('disk-failed');
    expect(message).toContain('SAMBENCH_CACHE');
  });

  it('leaves nothing half done, whatever the reason', async () => {
    machine.pip('wrong-hash');
    await failure();
    expect(machine.isTidy()).toBe(true);
    expect(existsSync(machine.plan.location.folder)).toBe(false);
  });
});

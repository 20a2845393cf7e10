import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { planEngine } from '../../../src/engine/install/install.js';
import { ownEngine } from '../../../src/engine/install/own-library.js';
import { headers } from '../../../src/engine/install/pins.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sambench-own-'));
  vi.stubEnv('SAMBENCH_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function put(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
}

const message = (directory: string): string => {
  try {
    ownEngine(directory);
  } catch (error) {
    expect(error).toMatchObject({ code: 'engine-missing', exitCode: 4 });
    return (error as Error).message;
  }
  throw new Error('the library was accepted');
};

describe('a library of the user’s own', () => {
  it('may be the unpacked archive of the C library', () => {
    put(
      'lib/libtensorflow.so.2',
      'lib/libtensorflow_framework.so.2',
      ...headers.map((name) => `include/${name}`),
    );
    const { libraries, headers: include, libraryNames } = ownEngine(folder);
    expect(libraries).toBe(join(folder, 'lib'));
    expect(include).toBe(join(folder, 'include'));
    expect(libraryNames).toEqual(['libtensorflow.so.2', 'libtensorflow_framework.so.2']);
  });

  it('may be the folder of an installed Python package', () => {
    put('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', ...headers.map((name) => `include/${name}`));
    expect(ownEngine(folder)).toMatchObject({
      libraries: folder,
      headers: join(folder, 'include'),
      variant: 'own',
    });
  });

  it('gets other addons when its files change', () => {
    put('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', ...headers.map((name) => `include/${name}`));
    const before = ownEngine(folder).addons;
    expect(ownEngine(folder).addons).toBe(before);
    writeFileSync(join(folder, 'libtensorflow_cc.so.2'), 'another version');
    expect(ownEngine(folder).addons).not.toBe(before);
  });

  it('is planned for where SAMBENCH_LIBTENSORFLOW names it, with nothing to fetch', () => {
    put('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', ...headers.map((name) => `include/${name}`));
    vi.stubEnv('SAMBENCH_LIBTENSORFLOW', folder);
    expect(planEngine()).toMatchObject({ location: { variant: 'own' }, wheels: [], bytes: 0 });
  });

  it('is refused when there is no such folder', () => {
    expect(message(join(folder, 'nowhere'))).toContain(
      `${join(folder, 'nowhere')}: SAMBENCH_LIBTENSORFLOW leads here`,
    );
  });

  it('is refused when the library is missing, naming both names that it may have', () => {
    put('libtensorflow_framework.so.2');
    expect(message(folder)).toContain('neither libtensorflow_cc.so.2 nor libtensorflow.so.2');
  });

  it('is refused when the framework is missing', () => {
    put('libtensorflow.so.2');
    expect(message(folder)).toContain('libtensorflow_framework.so.2 is not in it');
  });

  it('is refused when a header is missing, naming it', () => {
    const some = headers.filter((name) => name !== 'tensorflow/c/eager/c_api.h');
    put(
      'lib/libtensorflow.so.2',
      'lib/libtensorflow_framework.so.2',
      ...some.map((name) => `include/${name}`),
    );
    expect(message(folder)).toContain(`${join(folder, 'include')}: `);
    expect(message(folder)).toContain('tensorflow/c/eager/c_api.h is not in it');
  });
});

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder } from '../src/cache.js';

describe('the cache folder', () => {
  it('is what SAMBENCH_CACHE names, as an absolute path', () => {
    expect(cacheFolder({ SAMBENCH_CACHE: 'here', XDG_CACHE_HOME: '/xdg' })).toBe(resolve('here'));
  });

  it('is else in the cache of the XDG convention', () => {
    expect(cacheFolder({ SAMBENCH_CACHE: '', XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/sambench');
  });

  it.each([undefined, '', 'relative'])('is else in the home folder, when XDG_CACHE_HOME is %j', (xdg) => {
    expect(cacheFolder({ XDG_CACHE_HOME: xdg })).toBe(join(homedir(), '.cache', 'sambench'));
  });
});

import { describe, expect, it } from 'vitest';
import {
  chooseVariant,
  demandPlatform,
  obstacle,
  type Platform,
  thisPlatform,
  vectorInstructions,
} from '../../../src/engine/install/platform.js';

const fit: Platform = { os: 'linux', arch: 'x64', glibc: '2.27', cpuFlags: new Set(['sse2', 'avx']) };

describe('a machine', () => {
  it('is fit with Linux on x86_64, glibc 2.27 and AVX', () => {
    expect(obstacle(fit)).toBeNull();
  });

  it.each<[string, Partial<Platform>, string]>([
    ['another system', { os: 'darwin' }, 'this is darwin on x64'],
    ['another processor', { arch: 'arm64' }, 'this is linux on arm64'],
    ['another C library', { glibc: null }, 'GNU C library'],
    ['an old C library', { glibc: '2.26' }, 'this is 2.26'],
    ['a processor without AVX', { cpuFlags: new Set(['sse2']) }, 'AVX'],
  ])('is not fit with %s', (_title, change, words) => {
    expect(obstacle({ ...fit, ...change })).toContain(words);
  });

  it('with glibc 2.100 is newer than one with 2.27', () => {
    expect(obstacle({ ...fit, glibc: '2.100' })).toBeNull();
  });

  it('that is not fit is refused with exit 4 and the platforms that are', () => {
    expect(() => demandPlatform({ ...fit, os: 'darwin' })).toThrow(
      expect.objectContaining({ code: 'engine-missing', exitCode: 4 }),
    );
    expect(() => demandPlatform({ ...fit, os: 'darwin' })).toThrow(/only Linux on x86_64 has been tried/);
  });

  it('describes itself', () => {
    expect(thisPlatform()).toMatchObject({ os: process.platform, arch: process.arch });
  });
});

describe('vector instructions', () => {
  it.each([
    [['avx', 'avx2', 'avx512f'], 'AVX-512'],
    [['avx', 'avx2'], 'AVX2'],
    [['avx'], 'AVX'],
    [['sse2'], 'none'],
  ])('of %j are %s', (flags, words) => {
    expect(vectorInstructions(new Set(flags))).toBe(words);
  });
});

describe('the variant', () => {
  it.each(['cpu', 'gpu'])('is %s where SAMBENCH_VARIANT says so', (variant) => {
    expect(chooseVariant({ SAMBENCH_VARIANT: variant })).toBe(variant);
  });

  it('of another name is refused with exit 2', () => {
    expect(() => chooseVariant({ SAMBENCH_VARIANT: 'tpu' })).toThrow(
      expect.objectContaining({ code: 'flag-invalid', exitCode: 2 }),
    );
  });
});

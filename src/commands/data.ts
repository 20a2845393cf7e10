/** `sambench data [NAME]`: which data sets are here, or fetches and verifies one and tells its hashes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { commandLine } from '../command-line.js';
import { placeOf } from '../data/holding.js';
import { openDataSet, storedDataSet } from '../data/open.js';
import type { FetchOptions } from '../data/progress.js';
import { type DataSetInfo, dataSets, findDataSet } from '../data/registry.js';
import { checkFiles, type FileCheck } from '../data/stored.js';
import { SambenchError } from '../errors.js';

/** `generated` data sets need no files. */
export type DataState = 'ready' | 'missing' | 'damaged' | 'generated';

/** One data set as it is on this machine. */
export interface DataRow {
  name: string;
  title: string;
  state: DataState;
  /** Where its files are or would be; null for a generated one. */
  folder: string | null;
  /** Whether the files are the user's own, from `$SAMBENCH_DATA`. */
  own: boolean;
  /** Expected sizes in bytes and sums, and what was found; null where there is nothing to look at. */
  files: {
    name: string;
    state: FileCheck['state'];
    bytes: number | null;
    md5: string | null;
    expectedMd5: string;
  }[];
  /** The identity of the data, as it goes into every result. */
  sha256: string;
}

/** What the command prints: rows for `--json`, text for people. */
export interface DataReport {
  rows: DataRow[];
  text: string;
}

/**
 * Looks at every data set without fetching anything; with a name, fetches that one if need be and verifies it. Throws
 * `flag-invalid` for an unknown name and what `openDataSet` throws.
 */
export async function data(name?: string, options: FetchOptions = {}): Promise<DataReport> {
  if (name === undefined) {
    const rows = Object.values(dataSets).map(look);
    return { rows, text: rows.map(describe).join('\n') };
  }
  const info = findDataSet(name);
  if (info === undefined) {
    throw new SambenchError('flag-invalid', {
      problem: 'there is no data set of that name',
      value: name,
      fix: `Use one of ${Object.keys(dataSets).join(', ')}.`,
    });
  }
  await openDataSet(name, options);
  const row = look(info);
  verifyIdentity(row);
  return { rows: [row], text: describe(row) };
}

function look(info: DataSetInfo): DataRow {
  const stored = storedDataSet(info.name);
  const common = { name: info.name, title: info.title, sha256: info.sha256 };
  if (stored === null) return { ...common, state: 'generated', folder: null, own: false, files: [] };
  const { folder, own } = placeOf(stored);
  const checks = checkFiles(folder, stored.files);
  const stateOf = (state: FileCheck['state']) => checks.some((check) => check.state === state);
  return {
    ...common,
    state: stateOf('damaged') ? 'damaged' : stateOf('missing') ? 'missing' : 'ready',
    folder,
    own,
    files: checks.map(({ file, state, bytes, md5 }) => ({
      name: file.name,
      state,
      bytes,
      md5,
      expectedMd5: file.md5,
    })),
  };
}

/** The MD5s imply it; this catches a wrong constant in the registry. */
function verifyIdentity({ folder, files, sha256 }: DataRow): void {
  if (folder === null) return;
  const hash = createHash('sha256');
  for (const { name } of files) hash.update(readFileSync(`${folder}/${name}`));
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new SambenchError('data-damaged', {
      problem: `the files have SHA-256 ${found} instead of ${sha256}`,
      file: folder,
    });
}

function describe({ name, title, state, folder, own, files, sha256 }: DataRow): string {
  const where = folder === null ? '' : `, ${own ? 'your files' : 'cache'} ${folder}`;
  const lines = files.map(
    (file) =>
      `  ${file.name}  ${file.state}` +
      (file.state === 'ready'
        ? `  ${file.bytes} bytes  MD5 ${file.md5}`
        : `  expected MD5 ${file.expectedMd5}`),
  );
  const isFetchable = state === 'missing' || (state === 'damaged' && !own);
  const hint = isFetchable ? [`  \`${commandLine('data', name)}\` fetches it`] : [];
  return [`${name}  ${state}${where}`, `  ${title}`, ...lines, ...hint, `  SHA-256 ${sha256}`, ''].join('\n');
}

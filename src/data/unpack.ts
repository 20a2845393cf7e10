/** Unpacks tar archives, compressed or not. */
import { basename } from 'node:path';
import { extract } from 'tar';

/**
 * Unpacks the files of `archive` whose last names are in `wanted` into `folder`, and returns their paths there. Throws an
 * `Error` when the archive is damaged or the disk refuses; of the latter tar itself would only warn.
 */
export async function unpack(
  archive: string,
  folder: string,
  wanted: ReadonlySet<string>,
): Promise<string[]> {
  const unpacked: string[] = [];
  const errors: Error[] = [];
  await extract({
    file: archive,
    cwd: folder,
    filter: (path) => wanted.has(basename(path)),
    onReadEntry: ({ path }) => unpacked.push(path),
    onwarn: (code, message) => {
      if (code !== 'TAR_ENTRY_INFO') errors.push(new Error(String(message)));
    },
  });
  if (errors[0]) throw errors[0];
  return unpacked;
}

/** `compare`: from two folders of results to their comparison in every format, without training. */
import path from 'node:path';
import { SambenchError } from '../../errors.js';
import { slug } from '../../suite/plain.js';
import { writeText } from '../write-text.js';
import { compareFolders, type FolderComparison } from './comparison.js';
import { comparisonFiles } from './files.js';
import { readResultFolder } from './folder.js';

/**
 * Compares the results in two folders and writes `<reportsDir>/compare-<A>-<B>.html` and its companions. Returns the
 * comparison and the files written.
 * @throws SambenchError exit 2 for a folder that cannot be read, 3 (`nothing-to-compare`) where no cell is in both.
 */
export async function compare(
  dirA: string,
  dirB: string,
  { reportsDir }: { reportsDir: string },
): Promise<{ comparison: FolderComparison; files: string[] }> {
  const [a, b] = [await readResultFolder(dirA), await readResultFolder(dirB)];
  const comparison = compareFolders(a, b);
  if (comparison.pairs === 0) {
    throw new SambenchError('nothing-to-compare', {
      problem: `no cell of equal arm, settings and seed has finished in both ${dirA} and ${dirB}`,
      fix: 'Name two folders with results of the same suite.',
    });
  }
  const files: string[] = [];
  for (const [name, text] of await comparisonFiles(comparison, nameOf(dirA, dirB))) {
    files.push(await writeText(path.join(reportsDir, name), text));
  }
  return { comparison, files };
}

/** `compare-main-branch`; the last parts of the two paths that differ. */
export function nameOf(dirA: string, dirB: string): string {
  const [a, b] = [dirA, dirB].map((dir) =>
    path
      .normalize(dir)
      .split(path.sep)
      .filter((part) => part !== '' && part !== '.'),
  );
  for (let back = 1; back <= Math.max(a?.length ?? 0, b?.length ?? 0); back++) {
    const [x, y] = [a?.at(-back) ?? 'none', b?.at(-back) ?? 'none'];
    if (x !== y) return `compare-${slug(x) || 'a'}-${slug(y) || 'b'}`;
  }
  return `compare-${slug(a?.at(-1) ?? '') || 'a'}`;
}

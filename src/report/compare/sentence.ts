/** What became of one folder's results in the other, in plain words. */
import { differenceOf } from '../tables/figure.js';
import type { ComparisonRow, FolderComparison } from './comparison.js';

type Evidence = Omit<FolderComparison, 'verdict'>;

const mostListed = 6;

/** The verdict over two folders: same bits, established differences, or none; and what limits it. */
export function sayComparison(evidence: Evidence): FolderComparison['verdict'] {
  return { sentence: sentenceOf(evidence), limits: limitsOf(evidence) };
}

function sentenceOf({ pairs, sameWeights, rows, a, b }: Evidence): string {
  if (pairs === 0) return `No cell has finished in both ${a.name} and ${b.name}, so nothing can be compared.`;
  const cells = pairs === 1 ? 'The one cell' : `All ${pairs} cells`;
  if (sameWeights === pairs)
    return `${cells} that both folders finished ended in the same weights, bit for bit.`;
  const changed = pairs - sameWeights;
  const head = `Weights differ in ${changed} of ${pairs} cells that both folders finished.`;
  const clear = rows.filter(
    ({ difference }) => difference?.low != null && (difference.low > 0 || (difference.high ?? 0) < 0),
  );
  if (clear.length === 0) {
    return `${head} No difference in test accuracy is established: every 95 % interval of B − A that there is includes zero.`;
  }
  const listed = clear
    .slice(0, mostListed)
    .map((row) => `${row.label} ${differenceOf(row.difference, 'accuracy')}`);
  const more = clear.length > mostListed ? ` and ${clear.length - mostListed} more` : '';
  return `${head} B − A in test accuracy, points, where the 95 % interval excludes zero: ${listed.join('; ')}${more}.`;
}

function limitsOf({ rows, onlyA, onlyB, lost, a, b }: Evidence): string[] {
  const limits: string[] = [];
  if (onlyA > 0) limits.push(`${cells(onlyA)} of A ${onlyA === 1 ? 'has' : 'have'} no partner in B.`);
  if (onlyB > 0) limits.push(`${cells(onlyB)} of B ${onlyB === 1 ? 'has' : 'have'} no partner in A.`);
  if (lost > 0)
    limits.push(`${cells(lost)} diverged or failed in A or B and ${lost === 1 ? 'is' : 'are'} in no mean.`);
  const fewest = Math.min(...rows.filter(({ n }) => n > 0).map(({ n }) => n));
  if (fewest < 6)
    limits.push(`Some settings have as few as ${fewest} pairs; an exact test needs six for p < 0.05.`);
  const tested = rows.filter(({ p }) => p !== null).length;
  if (tested > 1) {
    limits.push(
      `${tested} settings are compared; expect one 95 % interval in twenty to exclude zero by chance, and read the corrected p.`,
    );
  }
  const machines = (side: Evidence['a']) =>
    side.environments
      .map(({ fingerprint }) => fingerprint)
      .sort()
      .join();
  if (machines(a) !== machines(b))
    limits.push(
      'The folders come from different machines: bits may differ for that alone, and times do not compare.',
    );
  return limits;
}

function cells(count: number): string {
  return count === 1 ? '1 cell' : `${count} cells`;
}

/** Whether a row's weights are the same in all its pairs. */
export function weightsText({ n, sameWeights }: ComparisonRow): string {
  if (n === 0) return '–';
  return sameWeights === n ? 'same' : sameWeights === 0 ? 'different' : `same in ${sameWeights} of ${n}`;
}

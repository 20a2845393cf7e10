/** Which finished cells a mean may contain: those of one machine, unless the suite pools them. */
import type { CellRecord } from './record.js';

/** The machine and the data that most finished cells were made with. */
export interface Majority {
  fingerprint: string | null;
  dataSha256: string | null;
}

/** The most frequent fingerprint and data hash of the finished cells; of equally frequent ones the first by name. */
export function majorityOf(records: Iterable<CellRecord>): Majority {
  const fingerprints = new Map<string, number>();
  const data = new Map<string, number>();
  for (const { status, environment, provenance } of records) {
    if (status !== 'finished') continue;
    fingerprints.set(environment.fingerprint, (fingerprints.get(environment.fingerprint) ?? 0) + 1);
    data.set(provenance.dataSha256, (data.get(provenance.dataSha256) ?? 0) + 1);
  }
  return { fingerprint: mostFrequent(fingerprints), dataSha256: mostFrequent(data) };
}

/** Why a finished `record` is in no mean of accuracy, or null. */
export function exclusionOf(record: CellRecord, majority: Majority, pool: boolean): string | null {
  if (record.provenance.dataSha256 !== majority.dataSha256) {
    return 'trained on other data than most cells (data hash)';
  }
  if (!pool && record.environment.fingerprint !== majority.fingerprint) {
    return `made on another machine than most cells (fingerprint ${record.environment.fingerprint})`;
  }
  return null;
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | null {
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? null;
}

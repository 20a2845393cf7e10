/** Where the numbers come from: machines, versions, commits, data and commands, each with the cells it stands for. */
import type { EnvironmentSummary, Summary } from '../summary.js';
import type { CellRecord } from './record.js';

/** The machines of the finished cells, most cells first. Cells that failed did not all get to know theirs. */
export function summarizeEnvironments(records: readonly CellRecord[]): EnvironmentSummary[] {
  const found = new Map<string, EnvironmentSummary>();
  for (const { status, environment } of records) {
    if (status !== 'finished') continue;
    const known = found.get(environment.fingerprint);
    if (known) {
      known.cells += 1;
      // The fingerprint leaves the patch version of Node out; all that were used are named.
      if (!known.node.split(', ').includes(environment.node)) {
        known.node = [...known.node.split(', '), environment.node].sort().join(', ');
      }
      continue;
    }
    const { fingerprint, node, tensorflow, tfjs, os, cpu, cores, threads, gpu, oneDnn } = environment;
    found.set(fingerprint, {
      fingerprint,
      node,
      tensorflow,
      tfjs,
      os,
      cpu,
      cores,
      threads,
      gpu,
      oneDnn,
      cells: 1,
    });
  }
  return [...found.values()].sort((a, b) => b.cells - a.cells || (a.fingerprint < b.fingerprint ? -1 : 1));
}

/** What made the results, as tallies, most cells first. */
export function summarizeProvenance(records: readonly CellRecord[]): Summary['provenance'] {
  const finished = records.filter(({ status }) => status === 'finished');
  return {
    versions: tally(records.map(({ provenance }) => provenance.version)),
    commits: tally(
      records.map(({ provenance: { gitCommit, gitDirty } }) =>
        gitCommit === null
          ? 'not under version control'
          : `${gitCommit}${gitDirty ? ' with uncommitted changes' : ''}`,
      ),
    ),
    suites: tally(records.map(({ provenance }) => provenance.suiteSha256)),
    data: tally(finished.map(({ provenance }) => provenance.dataSha256)),
    commands: tally(records.map(({ provenance }) => provenance.command)),
  };
}

function tally(values: readonly string[]): { value: string; cells: number }[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, cells]) => ({ value, cells }))
    .sort((a, b) => b.cells - a.cells || (a.value < b.value ? -1 : 1));
}

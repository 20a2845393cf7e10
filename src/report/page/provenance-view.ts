/** Machines, versions, hashes and commands, and how to make the numbers again. */
import { absent, whole } from '../number.js';
import type { Summary } from '../summary.js';

interface Entry {
  name: string;
  value: string;
}

/** One list of facts for each machine. */
export function environmentView({ environments }: Summary): Entry[][] {
  return environments.map(
    ({ fingerprint, node, tensorflow, tfjs, os, cpu, cores, threads, gpu, oneDnn, cells }) => [
      { name: 'machine', value: `${fingerprint} (${whole(cells)} ${cells === 1 ? 'cell' : 'cells'})` },
      { name: 'processor', value: `${cpu}, ${cores} cores` },
      { name: 'graphics card', value: gpu ?? absent },
      { name: 'system', value: os },
      { name: 'threads a cell', value: String(threads) },
      {
        name: 'versions',
        value: `Node ${node}, TensorFlow ${tensorflow}, TensorFlow.js ${tfjs}, oneDNN ${oneDnn ? 'on' : 'off'}`,
      },
    ],
  );
}

const most = 5;

/** What made the results. */
export function provenanceView({ provenance, suite }: Summary): Entry[] {
  const all = (entries: Summary['provenance']['commits']) => {
    const shown = entries
      .slice(0, most)
      .map(({ value, cells }) => (entries.length > 1 ? `${value} (${cells})` : value));
    return shown.length === 0 ? absent : shown.join('; ') + (entries.length > most ? '; …' : '');
  };
  return [
    { name: 'suite', value: `${suite.name}, version ${suite.version}` },
    { name: 'suite file', value: `SHA-256 ${all(provenance.suites)}` },
    { name: 'data', value: `SHA-256 ${all(provenance.data)}` },
    { name: 'sambench', value: all(provenance.versions) },
    { name: 'commit', value: all(provenance.commits) },
    { name: 'command', value: all(provenance.commands) },
  ];
}

/** The commands that train the same cells again, or nothing when no cell says how it was made. */
export function reproduceView({ provenance }: Summary): string {
  const commit = provenance.commits[0]?.value;
  const command = provenance.commands[0]?.value;
  if (command === undefined) return '';
  const hash = commit && /^[0-9a-f]{7,64}/.exec(commit)?.[0];
  return [...(hash ? [`git checkout ${hash}`] : []), 'npm ci', command].join('\n');
}

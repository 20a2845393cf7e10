/** Whether pairs are pairs: what cells of equal seeds must have in common, whatever their arm. */
import { whole } from '../number.js';
import type { Summary } from '../summary.js';
import { type Group, included } from './group.js';

/** Checks that pairs are pairs: equal seeds began with the same weights and the same first batch in every arm. */
export function checkPairs(groups: readonly Group[]): Summary['checks'] {
  const checks = [
    { field: 'initSha256', name: 'Same initial weights in all arms of a seed' },
    { field: 'firstBatchSha256', name: 'Same first batch in all arms of a seed' },
  ] as const;
  return checks.map(({ field, name }) => {
    const hashes = new Map<string, Set<string>>();
    for (const group of groups) {
      for (const { seed, provenance, settings } of included(group)) {
        const hash = provenance[field];
        if (hash === null) continue;
        // The first batch depends on its size and on the noise in its labels, the initial weights on the network alone.
        const task = JSON.stringify([
          seed,
          settings.model,
          field === 'initSha256' ? null : [settings.data, settings.batch],
        ]);
        hashes.set(task, (hashes.get(task) ?? new Set()).add(hash));
      }
    }
    const broken = [...hashes]
      .filter(([, found]) => found.size > 1)
      .map(([task]) => JSON.parse(task)[0] as number);
    const seeds = new Set([...hashes.keys()].map((task) => JSON.parse(task)[0] as number));
    if (hashes.size === 0) return { name, passed: null, detail: 'No finished cell says.' };
    return broken.length === 0
      ? {
          name,
          passed: true,
          detail: `Held for ${whole(seeds.size)} ${seeds.size === 1 ? 'seed' : 'seeds'}.`,
        }
      : {
          name,
          passed: false,
          detail: `Broken for seed ${[...new Set(broken)].join(', ')}: these are no pairs.`,
        };
  });
}

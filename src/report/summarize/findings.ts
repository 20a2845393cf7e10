/** What the results show beside the averages: invariants across cells, and arms that ended in the very same weights. */
import { whole } from '../number.js';
import type { SettingSummary, Summary } from '../summary.js';
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

/** Sentences about pairs of settings whose weights agree bit for bit in every seed that both finished. */
export function findTwins(settings: readonly SettingSummary[]): string[] {
  const byHash = new Map<string, SettingSummary[]>();
  for (const setting of settings) {
    for (const { weightsSha256 } of setting.seeds) {
      if (weightsSha256 === null) continue;
      byHash.set(weightsSha256, [...(byHash.get(weightsSha256) ?? []), setting]);
    }
  }
  const twins = new Map<string, [SettingSummary, SettingSummary]>();
  for (const group of byHash.values()) {
    for (const left of group) {
      for (const right of group) {
        if (left.id < right.id) twins.set(JSON.stringify([left.id, right.id]), [left, right]);
      }
    }
  }
  return [...twins.values()].flatMap(([left, right]) => describeTwins(left, right) ?? []);
}

function describeTwins(left: SettingSummary, right: SettingSummary): string | null {
  const weights = new Map(right.seeds.map(({ seed, weightsSha256 }) => [seed, weightsSha256]));
  const common = left.seeds.filter(({ seed, weightsSha256 }) => weightsSha256 !== null && weights.get(seed));
  if (common.some(({ seed, weightsSha256 }) => weights.get(seed) !== weightsSha256)) return null;
  const [cheap, dear] = left.gradientEvaluations <= right.gradientEvaluations ? [left, right] : [right, left];
  const price =
    cheap.gradientEvaluations === dear.gradientEvaluations
      ? 'at the same number of gradient evaluations'
      : `at ${Number((dear.gradientEvaluations / cheap.gradientEvaluations).toFixed(2))} times the gradient evaluations`;
  const seeds = common.length === 1 ? 'its one common seed' : `all ${common.length} common seeds`;
  return `${dear.label} ended in exactly the weights of ${cheap.label}, bit for bit, in ${seeds}, ${price}: as an optimizer it did nothing else.`;
}

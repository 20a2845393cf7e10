/** Whether pairs are pairs: what cells of equal seeds must have in common, whatever their arm. */
import { byKey, conflictIn, type StartFact, type StartName, startOf } from '../../results/start.js';
import { whole } from '../number.js';
import type { Summary } from '../summary.js';
import { type Group, included } from './group.js';

/** How the finished cells of `groups` began. */
export function startsOf(groups: readonly Group[]): StartFact[] {
  return groups.flatMap((group) =>
    included(group).flatMap((record) => startOf({ ...record, settings: group.settings })),
  );
}

/** Checks that pairs are pairs: equal seeds began with the same weights and the same first batch in every arm. */
export function checkPairs(groups: readonly Group[]): Summary['checks'] {
  const facts = startsOf(groups);
  const check = (name: StartName, title: string) => {
    const found = [...byKey(facts, name).values()];
    if (found.length === 0) return { name: title, passed: null, detail: 'No finished cell says.' };
    const seedsOf = (some: readonly StartFact[][]) => new Set(some.flatMap(([fact]) => fact?.seed ?? []));
    const broken = seedsOf(found.filter((each) => conflictIn(each) !== null));
    if (broken.size > 0) {
      const detail = `Broken for seed ${[...broken].join(', ')}: these are no pairs.`;
      return { name: title, passed: false, detail };
    }
    const { size } = seedsOf(found);
    return { name: title, passed: true, detail: `Held for ${whole(size)} ${size === 1 ? 'seed' : 'seeds'}.` };
  };
  return [
    check('initSha256', 'Same initial weights in all arms of a seed'),
    check('firstBatchSha256', 'Same first batch in all arms of a seed'),
  ];
}

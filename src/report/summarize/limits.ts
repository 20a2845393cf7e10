/** What a verdict cannot say: too few seeds, missing cells, choices at the edge of a grid, data that leaked. */
import { fewestPairs, smallestP } from '../../stats/sign-flip.js';
import { sayTrials } from '../../suite/tuning.js';
import type { ComparisonSummary, SettingSummary } from '../summary.js';
import { effect } from './effect.js';
import type { Evidence } from './verdict.js';

/** The limits that apply, the gravest first, one sentence each. */
export function limitsOf(evidence: Evidence, primaries: readonly ComparisonSummary[]): string[] {
  return [
    ...leaking(evidence),
    ...compute(evidence),
    ...incomplete(evidence),
    ...broken(evidence),
    ...seeds(primaries),
    ...missed(primaries),
    ...trials(evidence, primaries),
    ...edges(evidence),
    ...scope(evidence, primaries),
  ];
}

function leaking({ suite, settings, choices }: Evidence): string[] {
  const arms = [...new Set(settings.filter(({ leaking }) => leaking).map(({ arm }) => arm))];
  const limits: string[] = [];
  if (arms.length > 0) {
    const compared = arms.some((arm) => arm === suite.candidate || arm === suite.baseline);
    const comparison = compared
      ? 'the comparison leaks'
      : `say nothing beside those of ${list([...new Set([suite.candidate, suite.baseline])])}, which were not`;
    limits.push(
      `The weights of ${list(arms)} were selected on the test data, so these accuracies are too high and ${comparison}.`,
    );
  }
  const onTest = [...new Set(choices.filter(({ by }) => by === 'test').map(({ arm }) => arm))];
  if (onTest.length > 0) {
    limits.push(
      `There is no validation data, so the settings of ${list(onTest)} were chosen on the test data: the best of several is too good.`,
    );
  }
  return limits;
}

function compute({ compute }: Evidence): string[] {
  return compute.equal === false ? [`The arms did not get equal compute. ${compute.sentence}`] : [];
}

function incomplete({ counts, settings }: Evidence): string[] {
  const limits: string[] = [];
  const { planned, finished, diverged, failed, timeout, missing, excluded } = counts;
  if (missing > 0 && finished > 0) {
    limits.push(
      `The suite is not complete: ${missing} of ${planned} cells ${plural(missing, 'has', 'have')} no result yet.`,
    );
  }
  if (diverged > 0 && finished > 0) {
    limits.push(
      `${diverged} of ${planned} cells diverged (${byArm(settings, ({ counts }) => counts.diverged)}); means are over the survivors, which flatters an arm that diverges.`,
    );
  }
  const lost = failed + timeout;
  if (lost > 0 && finished > 0) {
    limits.push(
      `${lost} of ${planned} cells failed or ran out of time (${byArm(settings, ({ counts }) => counts.failed + counts.timeout)}).`,
    );
  }
  if (excluded > 0) {
    limits.push(
      `${excluded} finished ${plural(excluded, 'cell is', 'cells are')} left out of all means: made on another machine or with other data than most. A suite may pool machines for accuracy (compare.poolFingerprints).`,
    );
  }
  const pooled = settings.filter(({ pooled }) => pooled).length;
  if (pooled > 0) {
    limits.push(
      `Accuracies of ${pooled} ${plural(pooled, 'setting', 'settings')} pool several machines, as the suite allows; times do not.`,
    );
  }
  return limits;
}

function broken({ checks }: Evidence): string[] {
  return checks
    .filter(({ passed }) => passed === false)
    .map(({ name, detail }) => `A check failed. ${name}: ${detail}`);
}

function seeds(primaries: readonly ComparisonSummary[]): string[] {
  const family = primaries.length;
  const fewest = Math.min(...primaries.map(({ difference }) => difference.n));
  if (!Number.isFinite(fewest)) return [];
  if (fewest === 1) return ['One seed gives no interval and no test; take at least 6.'];
  const floor = smallestP(fewest) * family;
  if (floor <= 0.05) return [];
  const among = family > 1 ? ` among ${family} comparisons that are corrected together` : '';
  return [
    `${fewest} seeds are too few for p < 0.05${among}: an exact paired test of ${fewest} cannot go below ${Number(Math.min(1, floor).toPrecision(2))}, and the interval rests on the assumption that differences are normal. ${fewestPairs(family)} seeds can reach it.`,
  ];
}

// A result without a difference is worth what it would have seen.
function missed(primaries: readonly ComparisonSummary[]): string[] {
  const unclear = primaries.filter(({ outcome, detectable }) => outcome === 'unclear' && detectable !== null);
  const largest = Math.max(...unclear.map(({ detectable }) => detectable ?? 0));
  const first = unclear[0];
  if (!first || !(largest > 0)) return [];
  const unit = first.metric === 'accuracy' ? ' points' : '';
  return [
    `It does not show that the arms are equal: with this spread and ${first.difference.n} seeds, a true difference below ${effect(largest, first.metric)}${unit} would be missed more often than in one of five studies.`,
  ];
}

// An arm that may choose from more settings does better by the choice alone.
function trials({ settings, suite }: Evidence, primaries: readonly ComparisonSummary[]): string[] {
  const { candidate, baseline } = suite;
  const found = primaries.flatMap(({ context }) => {
    const tried = (arm: string) => {
      const own = settings.filter((setting) => setting.arm === arm && setting.context === context);
      return new Set(own.map(({ axes }) => JSON.stringify(axes))).size;
    };
    return sayTrials(candidate, tried(candidate), baseline, tried(baseline));
  });
  return [...new Set(found)];
}

function edges({ choices, settings, suite }: Evidence): string[] {
  const found = choices.filter(
    ({ edges, arm }) => edges.length > 0 && [suite.candidate, suite.baseline].includes(arm),
  );
  const seen = new Set<string>();
  return found.flatMap(({ arm, edges, setting }) => {
    const axes = settings.find(({ id }) => id === setting)?.axes ?? {};
    const values = edges.map((name) => `${name} ${axes[name]}`).join(' and ');
    const sentence = `The chosen ${values} of ${arm} lies at the edge of its grid; a better value may lie beyond.`;
    if (seen.has(sentence)) return [];
    seen.add(sentence);
    return [sentence];
  });
}

function scope({ settings }: Evidence, primaries: readonly ComparisonSummary[]): string[] {
  if (primaries.length === 0) return [];
  const models = new Set(settings.map(({ settings }) => nameIn(settings, 'model')));
  const data = new Set(settings.map(({ settings }) => nameIn(settings, 'data')));
  return [
    `It speaks of ${list([...models])} on ${list([...data])} at these budgets and settings. Seeds vary the initial weights, the split, the order and the augmentation; the test images are the same for all.`,
  ];
}

function nameIn(settings: SettingSummary['settings'], key: 'model' | 'data'): string {
  const part = (settings as Record<string, unknown>)[key];
  const name = typeof part === 'object' && part !== null ? (part as Record<string, unknown>).name : null;
  return typeof name === 'string' ? name : 'an unknown one';
}

function byArm(settings: readonly SettingSummary[], of: (setting: SettingSummary) => number): string {
  const counts = new Map<string, number>();
  for (const setting of settings) counts.set(setting.arm, (counts.get(setting.arm) ?? 0) + of(setting));
  return [...counts].flatMap(([arm, count]) => (count > 0 ? [`${arm} ${count}`] : [])).join(', ');
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

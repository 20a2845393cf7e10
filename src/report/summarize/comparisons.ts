/** Arms against the baseline, seed by seed, at the settings that were chosen for them. */
import { holm } from '../../stats/holm.js';
import { comparePairs } from '../../stats/paired.js';
import { smallestP } from '../../stats/sign-flip.js';
import type { Choice, ComparisonSummary, Outcome, SettingSummary } from '../summary.js';

/** The comparison that a suite asks for. */
export interface Question {
  baseline: string;
  candidate: string;
  /** Arms that the candidate is compared with besides. */
  controls: readonly string[];
  metric: 'accuracy' | 'loss';
}

const alpha = 0.05;

/**
 * For each context: the candidate's chosen setting against the baseline's (`primary`), against the baseline's other
 * settings (`budget`) and the controls' chosen ones (`other`), and every other arm's chosen setting against the baseline's
 * (`other`). The exact p-values are
 * corrected by Holm's method within two families: the primary comparisons, one a task, which the suite declared
 * beforehand; and all others, which are looked at besides. Those of `budget` answer no new question.
 */
export function compareArms(
  settings: readonly SettingSummary[],
  choices: readonly Choice[],
  question: Question,
): ComparisonSummary[] {
  const byId = new Map(settings.map((setting) => [setting.id, setting]));
  const comparisons: ComparisonSummary[] = [];
  const add = (role: ComparisonSummary['role'], candidate: SettingSummary, baseline: SettingSummary) => {
    const comparison = compareSettings(role, candidate, baseline, question.metric);
    if (comparison) comparisons.push(comparison);
  };
  for (const base of choices.filter(({ arm }) => arm === question.baseline)) {
    const baseline = byId.get(base.setting);
    const rivals = choices.filter(
      ({ context, arm }) => context === base.context && arm !== question.baseline,
    );
    const primary = byId.get(rivals.find(({ arm }) => arm === question.candidate)?.setting ?? '');
    if (!baseline) continue;
    if (primary) {
      add('primary', primary, baseline);
      for (const other of settings) {
        if (other.arm === baseline.arm && other.context === baseline.context && other.id !== baseline.id) {
          add('budget', primary, other);
        }
      }
    }
    for (const rival of rivals) {
      const setting = byId.get(rival.setting);
      if (!setting || rival.arm === question.candidate) continue;
      add('other', setting, baseline);
      if (primary && question.controls.includes(rival.arm)) add('other', primary, setting);
    }
  }
  return correct(comparisons);
}

/** Compares two settings over the seeds that both finished; null when there are none. */
export function compareSettings(
  role: ComparisonSummary['role'],
  candidate: SettingSummary,
  baseline: SettingSummary,
  metric: 'accuracy' | 'loss',
): ComparisonSummary | null {
  const pairs = pairSettings(candidate, baseline, metric);
  const a = pairs.map((pair) => pair.candidate);
  const b = pairs.map((pair) => pair.baseline);
  const result = comparePairs(a, b, { resamples: role === 'primary' ? 9_999 : 0 });
  if (!result) return null;
  const comparison: ComparisonSummary = {
    role,
    context: candidate.context,
    candidate: candidate.id,
    baseline: baseline.id,
    metric,
    pairs,
    difference: result.difference,
    p: result.signFlip.p,
    exact: result.signFlip.exact,
    smallestP: smallestP(result.n),
    holmP: null,
    wilcoxonP: result.signedRank.p,
    cohensD: result.cohensD,
    detectable: result.detectable,
    bootstrap: result.bootstrap,
    outcome: 'unclear',
  };
  return { ...comparison, outcome: outcomeOf(comparison) };
}

/** The test figures of the seeds that both settings finished, in order of seed. */
export function pairSettings(
  candidate: SettingSummary,
  baseline: SettingSummary,
  metric: 'accuracy' | 'loss',
): ComparisonSummary['pairs'] {
  const right = figures(baseline, metric);
  return [...figures(candidate, metric)]
    .flatMap(([seed, value]) => {
      const other = right.get(seed);
      // Accuracies are multiples of 1 / images: rounding makes equal differences equal.
      const difference = other === undefined ? 0 : Number((value - other).toFixed(13));
      return other === undefined ? [] : [{ seed, candidate: value, baseline: other, difference }];
    })
    .sort((left, right) => left.seed - right.seed);
}

/** Whether the interval of a difference excludes zero. */
export function excludesZero({ difference: { low, high } }: Pick<ComparisonSummary, 'difference'>): boolean {
  return low !== null && high !== null && (low > 0 || high < 0);
}

function correct(comparisons: readonly ComparisonSummary[]): ComparisonSummary[] {
  const adjusted = new Map<ComparisonSummary, number>();
  for (const role of ['primary', 'other'] as const) {
    const family = comparisons.filter((comparison) => comparison.role === role);
    const values = holm(family.map(({ p }) => p));
    family.forEach((comparison, index) => {
      adjusted.set(comparison, values[index] ?? comparison.p);
    });
  }
  return comparisons.map((comparison) => {
    const corrected = { ...comparison, holmP: adjusted.get(comparison) ?? null };
    return { ...corrected, outcome: outcomeOf(corrected) };
  });
}

function outcomeOf(comparison: ComparisonSummary): Outcome {
  if (!excludesZero(comparison)) return 'unclear';
  const sign = comparison.metric === 'accuracy' ? 1 : -1;
  const word = sign * comparison.difference.mean > 0 ? 'better' : 'worse';
  return (comparison.holmP ?? comparison.p) <= alpha ? word : `leans ${word}`;
}

function figures(setting: SettingSummary, metric: 'accuracy' | 'loss'): Map<number, number> {
  const figure = metric === 'accuracy' ? 'testAccuracy' : 'testLoss';
  return new Map(
    setting.seeds.flatMap((seed): [number, number][] => {
      const value = seed[figure];
      return value === null || seed.excluded !== null ? [] : [[seed.seed, value]];
    }),
  );
}

/** The verdict: what the primary comparison says, in plain words. */
import { mean } from '../../stats/describe.js';
import type { Choice, ComparisonSummary, Outcome, Summary } from '../summary.js';
import { effectBounds, effectSize, pValue, signedBounds } from './effect.js';
import { limitsOf } from './limits.js';

/** The most tasks that a sentence lists. */
const mostTasks = 6;

/** What the verdict is drawn from. */
export type Evidence = Pick<
  Summary,
  'suite' | 'contexts' | 'counts' | 'settings' | 'choices' | 'comparisons' | 'compute' | 'checks'
>;

/** The verdict of a suite: one outcome, sentences that say it, and what it cannot say. */
export function verdictOf(evidence: Evidence): Summary['verdict'] {
  const primaries = evidence.comparisons.filter(({ role }) => role === 'primary');
  const [first, ...more] = primaries;
  const limits = limitsOf(evidence, primaries);
  if (!first) return { outcome: 'none', sentence: withoutComparison(evidence), limits };
  if (more.length === 0) {
    return {
      outcome: first.outcome,
      sentence: `${sentenceOf(first, evidence)} ${choiceOf(first, evidence)}`,
      limits,
    };
  }
  return { outcome: common(primaries), sentence: overTasks(primaries, evidence), limits };
}

function withoutComparison({ suite, counts, settings }: Evidence): string {
  const { baseline, candidate } = suite;
  if (counts.planned === 0) return 'The suite plans no cells, so there is nothing to report.';
  if (counts.finished === 0) {
    const ended = counts.planned - counts.missing;
    return ended === 0
      ? `None of the ${counts.planned} cells has run yet, so there is no verdict.`
      : `None of the ${counts.planned} cells has finished; ${ended} ended without a result. There is no verdict.`;
  }
  if (baseline === candidate) return `The suite has one arm, ${baseline}; nothing is compared.`;
  const n = (arm: string) =>
    settings
      .filter((setting) => setting.arm === arm)
      .reduce((sum, { testAccuracy }) => sum + (testAccuracy?.n ?? 0), 0);
  for (const arm of [candidate, baseline]) {
    if (n(arm) === 0)
      return `No cell of ${arm} has finished, so ${candidate} and ${baseline} cannot be compared yet.`;
  }
  return `No seed has finished in both ${candidate} and ${baseline}, so they cannot be compared yet.`;
}

/** One comparison as a sentence, with effect, interval, n and p. */
function sentenceOf(comparison: ComparisonSummary, { suite }: Evidence): string {
  const { candidate, baseline } = suite;
  const { n } = comparison.difference;
  const [mine, theirs] = [figureOf('candidate', comparison), figureOf('baseline', comparison)];
  const bounds = effectBounds(comparison);
  const p = comparison.holmP ?? comparison.p;
  const size = effectSize(comparison);
  const higher = comparison.difference.mean > 0;
  const relation = higher ? 'above' : 'below';
  const figures = `${mine} against ${theirs}`;
  if (bounds === null) {
    return comparison.difference.mean === 0
      ? `With the one seed that both finished, ${candidate} and ${baseline} come out equal (${figures}).`
      : `With the one seed that both finished, ${candidate} lies ${size} ${relation} ${baseline} (${figures}); one seed tells nothing about chance.`;
  }
  if (comparison.difference.mean === 0 && comparison.difference.sd === 0) {
    return `${candidate} and ${baseline} come out equal in each of ${n} seeds (${figures}).`;
  }
  const evidence = `95 % interval ${bounds}, ${n} seeds, exact p ${equals(p)}`;
  switch (comparison.outcome) {
    case 'better':
      return `${candidate} beats ${baseline} by ${size} (${evidence}): ${figures}.`;
    case 'worse':
      return `${candidate} falls behind ${baseline} by ${size} (${evidence}): ${figures}.`;
    case 'leans better':
    case 'leans worse':
      return `${candidate} lies ${size} ${relation} ${baseline} and the 95 % interval, ${bounds}, excludes zero, but ${n} seeds do not settle it (exact p ${equals(p)}): ${figures}.`;
    default:
      return `No difference is established between ${candidate} and ${baseline}: ${candidate} lies ${size} ${relation}, but the 95 % interval of the difference, ${signedBounds(comparison)}, includes zero (${n} seeds, exact p ${equals(p)}): ${figures}.`;
  }
}

function equals(p: number): string {
  const text = pValue(p);
  return text.startsWith('<') ? text : `= ${text}`;
}

// Over the seeds of the comparison, which may be fewer than those of the tables.
function figureOf(side: 'candidate' | 'baseline', { metric, pairs }: ComparisonSummary): string {
  const value = mean(pairs.map((pair) => pair[side]));
  return metric === 'accuracy' ? `${(value * 100).toFixed(2)} %` : value.toFixed(4);
}

/** How the two settings were chosen, e.g. the better of two budgets. */
function choiceOf(comparison: ComparisonSummary, { choices, settings }: Evidence): string {
  const label = (id: string) => settings.find((setting) => setting.id === id)?.label ?? id;
  const chosen = [comparison.candidate, comparison.baseline].flatMap((id) => {
    const choice = choices.find(({ setting }) => setting === id);
    return choice && choice.by !== 'only' ? [`${label(id)} (${reasonOf(choice)})`] : [];
  });
  return chosen.length === 0 ? '' : `Compared: ${chosen.join(' and ')}.`;
}

/** How the arms of several comparisons were chosen, in one sentence; none where no arm had a choice. */
function choicesOf(comparisons: readonly ComparisonSummary[], { choices }: Evidence): string[] {
  const compared = new Set(comparisons.flatMap(({ candidate, baseline }) => [candidate, baseline]));
  const made = new Set(choices.filter(({ setting }) => compared.has(setting)).map(({ by }) => by));
  const places = [
    ...(made.has('validation') ? ['best setting on validation, of several budgets the better one'] : []),
    ...(made.has('budget') ? ['largest budget'] : []),
    ...(made.has('test') ? ['best setting on test data'] : []),
  ];
  return places.length === 0
    ? []
    : [`Compared in each task: each arm at its ${places.join(', or at its ')}.`];
}

/** Why a setting stands for its arm. */
export function reasonOf({ by, candidates }: Choice): string {
  switch (by) {
    case 'only':
      return 'the only setting';
    case 'validation':
      return `best of ${candidates} on validation`;
    case 'budget':
      return `the largest budget of ${candidates} settings`;
    case 'test':
      return `best of ${candidates} on test data, for want of validation data`;
  }
}

function common(primaries: readonly ComparisonSummary[]): Summary['verdict']['outcome'] {
  const outcomes = new Set(primaries.map(({ outcome }) => outcome));
  const [only] = outcomes;
  return outcomes.size === 1 && only ? only : 'mixed';
}

/** Several tasks (values of the context axes) in one sentence for each outcome. */
function overTasks(primaries: readonly ComparisonSummary[], evidence: Evidence): string {
  const { candidate, baseline } = evidence.suite;
  const claims: readonly (readonly [Outcome, string])[] = [
    ['better', `${candidate} beats ${baseline}`],
    ['leans better', `${candidate} leads ${baseline}, without settling it,`],
    ['unclear', `no difference between ${candidate} and ${baseline} is established`],
    ['leans worse', `${candidate} trails ${baseline}, without settling it,`],
    ['worse', `${candidate} falls behind ${baseline}`],
  ];
  const parts = claims.flatMap(([outcome, claim]) => {
    const those = primaries.filter((comparison) => comparison.outcome === outcome);
    if (those.length === 0) return [];
    const shown = those
      .slice(0, mostTasks)
      .map((comparison) => `${comparison.context}: ${spoken(comparison)}`);
    const more = those.length > mostTasks ? [`${those.length - mostTasks} more`] : [];
    return [`${claim} in ${those.length} of ${primaries.length} tasks (${[...shown, ...more].join('; ')}).`];
  });
  const sentences = parts.map((part) => (part.startsWith('no ') ? `N${part.slice(1)}` : part));
  return [...sentences, ...choicesOf(primaries, evidence)].join(' ');
}

function spoken(comparison: ComparisonSummary): string {
  const sign = comparison.difference.mean < 0 ? '\u2212' : '+';
  const bounds = effectBounds(comparison);
  const size = effectSize(comparison).split(' ')[0] ?? '';
  const unit = comparison.metric === 'accuracy' ? ' points' : '';
  const turned = comparison.difference.mean < 0 && bounds ? ' in size' : '';
  return `${sign}${size}${unit}${bounds ? `, interval ${bounds}${turned}` : ''}, n = ${comparison.difference.n}`;
}

/** What was checked inside every cell while it trained, over all cells: a check that failed has failed its cell. */
import type { CellChecks } from '../../results/result.js';
import { byKey, conflictIn, differenceOf, type StartFact } from '../../results/start.js';
import { relativeDeviation, tolerances } from '../../results/tolerances.js';
import { type MeanInterval, tInterval } from '../../stats/t-interval.js';
import { inWords, nameInText } from '../label.js';
import { whole } from '../number.js';
import type { Summary } from '../summary.js';
import { type Group, included } from './group.js';
import { startsOf } from './pairs.js';

interface Checked {
  group: Group;
  seed: number;
  checks: CellChecks;
}

/** The invariants that cells check themselves. Checks that no cell made are left out. */
export function checkCells(groups: readonly Group[]): Summary['checks'] {
  const cells = checkedCells(groups);
  if (cells.length === 0) return [];
  return [
    countGradients(cells),
    ...perturbations(cells),
    ...restored(cells),
    ...statistics(cells),
    ...firstLosses(groups),
  ];
}

/** Means over seeds of what the sharpness-aware settings report of all their steps. */
export function summarizeChecks(groups: readonly Group[]): Summary['diagnostics'] {
  return groups.flatMap((group) => {
    const checks = checkedCells([group]).map((cell) => cell.checks);
    const over = (read: (checks: CellChecks) => number | null): MeanInterval | null =>
      tInterval(
        checks.map(read).filter((value): value is number => value !== null && Number.isFinite(value)),
      );
    const [appliedNorm, ascentShare, meanCosine] = [
      over((check) => check.appliedNorm),
      over((check) => check.ascentShare),
      over((check) => check.meanCosine),
    ];
    if (!appliedNorm && !ascentShare && !meanCosine) return [];
    return [{ setting: group.id, appliedNorm, ascentShare, meanCosine }];
  });
}

/** Which settings declare a perturbation but took their gradient without it: one sentence, or none. */
export function findIdle(groups: readonly Group[]): string[] {
  const idle = matching(groups, ({ appliedNorm, perturbationNorm }) => {
    const declared = perturbationNorm?.expected ?? 0;
    return declared > 0 && appliedNorm !== null && appliedNorm < 1e-3 * declared;
  });
  return idle.map(({ names, several, cells }) =>
    several
      ? `${names} compute a perturbation but take their last gradient at the weights where the step began (${cells}): the perturbation changes nothing.`
      : `${names} computes a perturbation but takes its last gradient at the weights where the step began (${cells}): the perturbation changes nothing.`,
  );
}

/** Which settings normalize by moving statistics that no step moves: one sentence, or none. */
export function findFrozen(groups: readonly Group[]): string[] {
  const frozen = matching(groups, ({ statisticsMoves }) => statisticsMoves === 0);
  return frozen.map(
    ({ names, several, cells }) =>
      `${names} ${several ? 'normalize' : 'normalizes'} by moving statistics that no step moves (${cells}): mean 0 and variance 1 to the end, so batch norm does not normalize, neither in training nor in the test.`,
  );
}

/** The settings that have cells whose checks are so, by name, with the number of these cells; empty where none has. */
function matching(groups: readonly Group[], isSo: (checks: CellChecks) => boolean) {
  const found = groups.flatMap((group) => {
    const cells = checkedCells([group]).filter(({ checks }) => isSo(checks)).length;
    return cells > 0 ? [{ group, cells }] : [];
  });
  if (found.length === 0) return [];
  const tasks = new Set(groups.map(({ context }) => context)).size;
  const names = new Set(found.map(({ group }) => nameInText(group, tasks > 1)));
  const cells = found.reduce((sum, each) => sum + each.cells, 0);
  return [{ names: inWords([...names]), several: names.size > 1, cells: count(cells) }];
}

function checkedCells(groups: readonly Group[]): Checked[] {
  return groups.flatMap((group) =>
    included(group).flatMap(({ seed, checks }) => (checks ? [{ group, seed, checks }] : [])),
  );
}

function countGradients(cells: readonly Checked[]) {
  const off = cells.filter(({ checks: { gradientEvaluations } }) => {
    const { planned, counted } = gradientEvaluations;
    return !(relativeDeviation(counted, planned) <= tolerances.gradientEvaluations);
  });
  return {
    name: 'Gradient evaluations counted as planned',
    passed: off.length === 0,
    detail: off.length === 0 ? held(cells.length) : `Not so in ${count(off.length)}.`,
  };
}

function perturbations(cells: readonly Checked[]): Summary['checks'] {
  const deviations = cells.flatMap(({ checks }) => checks.perturbationNorm?.largestDeviation ?? []);
  if (deviations.length === 0) return [];
  const worst = Math.max(...deviations);
  return [
    {
      name: 'Perturbation as long as the rule says',
      passed: worst <= tolerances.perturbationNorm,
      detail: `Largest relative deviation of any step ${worst.toExponential(0)} over ${count(deviations.length)}.`,
    },
  ];
}

function restored(cells: readonly Checked[]): Summary['checks'] {
  const known = cells.filter(({ checks }) => checks.weightsRestored !== null);
  if (known.length === 0) return [];
  const broken = known.filter(({ checks }) => checks.weightsRestored === false).length;
  const detail = broken === 0 ? held(known.length) : `Not so in ${count(broken)}.`;
  return [{ name: 'Updates began at the weights that their step began with', passed: broken === 0, detail }];
}

function statistics(cells: readonly Checked[]): Summary['checks'] {
  const moves = new Map<number, number>();
  for (const { checks } of cells) {
    if (checks.statisticsMoves !== null) {
      moves.set(checks.statisticsMoves, (moves.get(checks.statisticsMoves) ?? 0) + 1);
    }
  }
  if (moves.size === 0) return [];
  const list = [...moves]
    .sort(([a], [b]) => b - a)
    .map(([times, found]) => `${times} a step in ${count(found)}`);
  return [
    {
      name: 'Moving statistics moved once a step, or not at all where the rule says so',
      passed: [...moves.keys()].every((times) => times <= 1),
      detail: `${list.join(', ')}.`,
    },
  ];
}

function firstLosses(groups: readonly Group[]): Summary['checks'] {
  const found = [...byKey(startsOf(groups), 'firstBatchLoss').values()].filter(({ length }) => length > 1);
  if (found.length === 0) return [];
  const largest = (facts: readonly StartFact[]) =>
    facts.reduce((most, fact) => Math.max(most, differenceOf(facts[0] ?? fact, fact)), 0);
  const worst = Math.max(...found.map(largest));
  return [
    {
      name: 'Same loss of the first batch in all arms of a seed',
      passed: found.every((facts) => conflictIn(facts) === null),
      detail: `Largest relative difference ${worst === 0 ? '0' : worst.toExponential(0)} over ${whole(found.length)} groups of cells.`,
    },
  ];
}

function held(cells: number): string {
  return `Held in ${count(cells)}.`;
}

function count(cells: number): string {
  return cells === 1 ? '1 cell' : `${whole(cells)} cells`;
}

/** The `tune` block: which settings each arm chooses on validation, from equal numbers of trials. */
import type { ArmPlan, Grid } from './expand.js';
import { offer } from './nearest.js';
import type { Problem } from './problem.js';
import type { Suite } from './suite.js';
import { taskOf } from './within.js';

/** Problems of a `tune` block: an axis that no arm has, no validation images, or arms that try different numbers of settings. */
export function checkTuning(suite: Suite, grid: Grid): Problem[] {
  const { tune } = suite;
  if (tune === null) return [];
  const known = [...new Set(grid.arms.flatMap(({ axes }) => axes.map(({ name }) => name)))];
  const problems = tune.axes.flatMap((axis, index): Problem[] => {
    if (known.includes(axis)) return [];
    return [
      {
        path: `tune.axes[${index}]`,
        problem: 'is the name of no axis',
        value: axis,
        fix: offer(axis, known),
      },
    ];
  });
  if (suite.data.validation === 0) {
    const problem = 'chooses on validation images, of which data.validation says there are none';
    problems.push({ path: 'tune', problem, value: undefined, fix: 'Give data.validation some images.' });
  }
  return [...problems, ...checkTrials(suite, grid, tune.axes)];
}

/**
 * One sentence for each pair of numbers where baseline and candidate choose from unequally many settings, budgets apart;
 * empty where they choose from equally many in every task.
 */
export function describeTrials(suite: Suite, grid: Grid): string[] {
  const { candidate, baseline } = suite.compare;
  const of = (name: string) => {
    const arm = grid.arms.find((each) => each.name === name);
    return arm === undefined ? new Map<string, number>() : trialsOf(suite, grid, arm, []);
  };
  const theirs = of(baseline);
  const said = [...of(candidate)].flatMap(([task, ours]) =>
    theirs.has(task) ? sayTrials(candidate, ours, baseline, theirs.get(task) ?? ours) : [],
  );
  return [...new Set(said)];
}

/** The sentence on numbers of trials, in a list; an empty list where they are equal. */
export function sayTrials(candidate: string, ours: number, baseline: string, theirs: number): string[] {
  if (ours === theirs) return [];
  const favoured = ours > theirs ? candidate : baseline;
  return [
    `The trials are unequal: ${candidate} chooses from ${ours} ${ours === 1 ? 'setting' : 'settings'} and ${baseline} from ${theirs}, budgets apart, which favours ${favoured}.`,
  ];
}

/** A problem where two arms choose from different numbers of settings in one task, by the first such task. */
function checkTrials(suite: Suite, grid: Grid, listed: readonly string[]): Problem[] {
  const tasks = new Map<string, { arm: string; trials: number }[]>();
  for (const arm of grid.arms) {
    for (const [task, trials] of trialsOf(suite, grid, arm, listed)) {
      tasks.set(task, [...(tasks.get(task) ?? []), { arm: arm.name, trials }]);
    }
  }
  for (const arms of tasks.values()) {
    const ranked = [...arms].sort((left, right) => right.trials - left.trials);
    const [most, least] = [ranked[0], ranked.at(-1)];
    if (most === undefined || least === undefined || most.trials === least.trials) continue;
    const problem = `gives arm ${JSON.stringify(least.arm)} ${least.trials} trials, but arm ${JSON.stringify(most.arm)} ${most.trials}`;
    const fix = `Give ${JSON.stringify(least.arm)} lists with as many combinations in all.`;
    return [{ path: 'tune.axes', problem, value: listed, fix }];
  }
  return [];
}

/**
 * The number of settings that an arm chooses from, by task. Every list of its optimizer counts, whether `tune` names it or
 * not, since reports choose among all of them; budgets and tasks count where `tune` names them.
 */
function trialsOf(
  { compare: { within } }: Suite,
  { cells }: Grid,
  { axes, points }: ArmPlan,
  listed: readonly string[],
): Map<string, number> {
  const notChosen = ['epochs', 'batch', 'labelNoise', ...within];
  const counted = axes.filter(({ name }) => listed.includes(name) || !notChosen.includes(name));
  // A cell has the very settings of its point; points without a cell are left out by a rule.
  const kept = new Set(cells.map(({ settings }) => settings));
  const tried = new Map<string, Set<string>>();
  for (const point of points) {
    if (!kept.has(point.settings)) continue;
    const task = taskOf(point.settings, within);
    const trial = JSON.stringify(counted.map(({ name }) => point.axes[name]));
    tried.set(task, (tried.get(task) ?? new Set()).add(trial));
  }
  return new Map([...tried].map(([task, trials]) => [task, trials.size]));
}

/** The `tune` block: which settings each arm chooses on validation, from equal numbers of trials. */
import type { Grid } from './expand.js';
import { offer } from './nearest.js';
import type { Problem } from './problem.js';
import type { Suite } from './suite.js';

/** What one arm chooses from. */
export interface ArmTuning {
  arm: string;
  /** The tuned axes that the arm has, with the values tried. */
  axes: readonly { name: string; values: readonly unknown[] }[];
  /** Combinations tried for each choice: the product of the axes' lengths. */
  trials: number;
}

/** What each arm of a tuned suite chooses from; null for a suite without a `tune` block. */
export function tuningOf(suite: Suite, grid: Grid): ArmTuning[] | null {
  const { tune } = suite;
  if (tune === null) return null;
  return grid.arms.map(({ name, axes }) => {
    const tuned = axes.filter((axis) => tune.axes.includes(axis.name));
    return {
      arm: name,
      axes: tuned,
      trials: tuned.reduce((product, { values }) => product * values.length, 1),
    };
  });
}

/** Problems of a `tune` block: an axis that no arm has, or arms that try different numbers of settings. */
export function checkTuning(suite: Suite, grid: Grid): Problem[] {
  const tuning = tuningOf(suite, grid);
  if (tuning === null || suite.tune === null) return [];
  const known = [...new Set(grid.arms.flatMap(({ axes }) => axes.map(({ name }) => name)))];
  const problems = suite.tune.axes.flatMap((axis, index): Problem[] => {
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
  const ranked = [...tuning].sort((left, right) => right.trials - left.trials);
  const [most, least] = [ranked[0], ranked.at(-1)];
  if (most === undefined || least === undefined || most.trials === least.trials) return problems;
  const problem = `gives arm ${JSON.stringify(least.arm)} ${least.trials} trials, but arm ${JSON.stringify(most.arm)} ${most.trials}`;
  const fix = `Give ${JSON.stringify(least.arm)} lists with as many combinations in all.`;
  return [...problems, { path: 'tune.axes', problem, value: suite.tune.axes, fix }];
}

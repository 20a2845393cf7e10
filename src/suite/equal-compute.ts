/** Whether the arms of a suite have what it says to be equal: DESIGN's rule that equal compute is checked, not assumed. */
import type { Cell } from './cell.js';
import type { Problem } from './problem.js';
import type { Suite } from './suite.js';
import { taskOf } from './within.js';

/**
 * A problem where two arms differ in their largest budget, naming both and their numbers. Cells of one batch size, label
 * noise and value of the axes of `compare.within` are compared with each other; an arm without cells there is left out.
 */
export function checkEqualCompute(suite: Suite, cells: readonly Cell[]): Problem[] {
  const { equal } = suite.compute;
  const { within } = suite.compare;
  // Wall time is made equal by the choice of epochs, not by what the suite declares.
  if (equal === 'none' || equal === 'wallTime') return [];
  const unit = equal === 'epochs' ? 'epochs' : 'gradientEvaluations';
  const groups = new Map<string, Map<string, number>>();
  for (const { arm, settings, budget } of cells) {
    const key = taskOf(settings, within);
    const group = groups.get(key) ?? new Map<string, number>();
    group.set(arm, Math.max(group.get(arm) ?? 0, budget[unit]));
    groups.set(key, group);
  }
  for (const largest of groups.values()) {
    const ranked = [...largest].sort(([, left], [, right]) => right - left);
    const [most, least] = [ranked[0], ranked.at(-1)];
    if (most === undefined || least === undefined) continue;
    // Both are whole numbers.
    if (most[1] === least[1]) continue;
    return [unequal(suite, unit, most, least)];
  }
  return [];
}

function unequal(
  suite: Suite,
  unit: 'epochs' | 'gradientEvaluations',
  [larger, more]: readonly [string, number],
  [smaller, less]: readonly [string, number],
): Problem {
  const words = unit === 'epochs' ? 'epochs' : 'gradient evaluations';
  const index = suite.arms.findIndex(({ name }) => name === smaller);
  const factor = Number((more / less).toFixed(4));
  return {
    path: `arms[${index}].epochs`,
    problem: `gives arm ${JSON.stringify(smaller)} at most ${less} ${words}, but arm ${JSON.stringify(larger)} has ${more}`,
    value: suite.arms[index]?.epochs,
    fix: `Give ${JSON.stringify(smaller)} ${factor} times as many epochs (N against 2N makes Adam equal to SAM), or set compute.equal to "none".`,
  };
}

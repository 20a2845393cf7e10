/** `compare.within`: axes along which arms are compared like with like, each value being a task of its own. */
import type { SettingValue } from '../defaults.js';
import { type CellSettings, isSharpness } from './cell.js';
import { axesOf } from './expand.js';
import { offer } from './nearest.js';
import type { Problem } from './problem.js';
import type { Arm, Suite } from './suite.js';

/** The problems of `compare.within`: a name of no axis, epochs, or arms that do not try the same values. */
export function checkWithin(suite: Suite): Problem[] {
  const { arms, compare } = suite;
  const valuesOf = (arm: Arm, axis: string) => axesOf(suite, arm).find(({ name }) => name === axis)?.values;
  const names = arms.flatMap((arm) => axesOf(suite, arm).map(({ name }) => name));
  const known = [...new Set(names)].filter((name) => name !== 'epochs');
  return compare.within.flatMap((axis, index): Problem[] => {
    const path = `compare.within[${index}]`;
    if (axis === 'epochs') {
      const problem = 'is the budget, and arms are compared at their better one';
      return [{ path, problem, value: axis, fix: 'Leave it out here.' }];
    }
    if (!known.includes(axis)) {
      return [{ path, problem: 'is the name of no axis', value: axis, fix: offer(axis, known) }];
    }
    const tried = arms.map((arm) => JSON.stringify([...(valuesOf(arm, axis) ?? [])].map(String).sort()));
    const other = arms[tried.findIndex((values) => values !== tried[0])];
    if (other === undefined) return [];
    const problem = `has other values in arm ${JSON.stringify(other.name)} than in arm ${JSON.stringify(arms[0]?.name)}`;
    const fix = 'Give all arms the same values of it; `skip` leaves combinations out.';
    return [{ path, problem, value: axis, fix }];
  });
}

/** What a cell is compared within, as a key: batch size, label noise and the values of the axes `within`. */
export function taskOf({ batch, data, optimizer }: CellSettings, within: readonly string[]): string {
  const places = isSharpness(optimizer) ? [optimizer, optimizer.base] : [optimizer];
  const settingAt = (axis: string): SettingValue => {
    const [name, from] = axis.startsWith('base.') ? [axis.slice(5), places.slice(1)] : [axis, places];
    return (from.find((place) => place[name] !== undefined)?.[name] ?? null) as SettingValue;
  };
  return JSON.stringify([batch, data.labelNoise, ...within.map(settingAt)]);
}

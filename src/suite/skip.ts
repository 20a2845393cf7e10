/** Rules that leave combinations of the grid out. */
import type { SettingValue } from '../defaults.js';
import { epochsOf } from './epochs.js';
import type { SkipRule, Suite } from './suite.js';

/** The values of one combination by axis name, `arm` and `seed` included. */
export type Combination = Readonly<Record<string, SettingValue>>;

/** The index of the first rule that leaves `combination` out, or -1. */
export function matchingRule(suite: Suite, combination: Combination): number {
  return suite.skip.findIndex((rule) => matches(rule, combination, suite.epochs));
}

/** Whether every axis that the rule names has one of its values. Epochs may be given as multiples of N. */
export function matches({ when }: SkipRule, combination: Combination, n: readonly number[]): boolean {
  return Object.entries(when).every(([axis, values]) => {
    const value = combination[axis];
    return values.some((wanted) => wanted === value || (axis === 'epochs' && isMultiple(wanted, value, n)));
  });
}

function isMultiple(wanted: SettingValue, value: SettingValue | undefined, n: readonly number[]): boolean {
  if (typeof wanted !== 'string' || !wanted.includes('N')) return false;
  try {
    return n.some((epochs) => epochsOf(wanted, epochs) === value);
  } catch {
    return false;
  }
}

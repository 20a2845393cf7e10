/** Every optimizer by its name, in the order of the names. What there is stands in the `rules.ts` of the two folders. */
import * as baseRules from './base/rules.js';
import type { BaseRule, SharpnessRule } from './rule.js';
import * as sharpnessRules from './sharpness/rules.js';

/** Base updates by name. */
export const bases: Readonly<Record<string, BaseRule>> = byName(Object.values(baseRules));

/** Sharpness-aware gradients by name. */
export const sharpness: Readonly<Record<string, SharpnessRule>> = byName(Object.values(sharpnessRules));

function byName<Rule extends { name: string }>(rules: readonly Rule[]): Record<string, Rule> {
  const sorted = [...rules].sort((left, right) => (left.name < right.name ? -1 : 1));
  return Object.fromEntries(sorted.map((rule) => [rule.name, rule]));
}

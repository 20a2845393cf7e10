/** Takes the settings of an optimizer apart into its registered rules, each with its own settings. */
import { bases, sharpness } from '../optimizer/registry.js';
import type { BaseRule, Settings, SharpnessRule } from '../optimizer/rule.js';
import { type BaseSettings, isSharpness, type OptimizerSettings } from '../suite/cell.js';

/** A base update, and the sharpness-aware rule over it if there is one. */
export interface Parts {
  base: BaseRule;
  baseSettings: BaseSettings;
  rule: SharpnessRule | null;
  ruleSettings: Settings;
}

/** The parts of `optimizer`; throws a TypeError for an unknown rule, which the suite's schema rules out. */
export function partsOf(optimizer: OptimizerSettings): Parts {
  const baseSettings = isSharpness(optimizer) ? optimizer.base : (optimizer as BaseSettings);
  const base = bases[baseSettings.name];
  if (!base) throw new TypeError(`there is no base update ${baseSettings.name}`);
  if (!isSharpness(optimizer)) return { base, baseSettings, rule: null, ruleSettings: {} };
  const rule = sharpness[optimizer.name];
  if (!rule) throw new TypeError(`there is no sharpness-aware rule ${optimizer.name}`);
  return { base, baseSettings, rule, ruleSettings: optimizer };
}

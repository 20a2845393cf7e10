/** The grid that an optimizer of a suite spans, and the settings of one point of it. */
import type { TObject } from 'typebox';
import { defaults, type SettingValue } from '../defaults.js';
import { bases, sharpness } from '../optimizer/registry.js';
import type { BaseRule } from '../optimizer/rule.js';
import type { BaseSettings, OptimizerSettings, SharpnessSettings } from './cell.js';
import { aloneSettings, isList, sharpnessSettings, type WrittenOptimizer } from './schema/registered.js';

/** One setting of an optimizer with its values: a grid axis where there are several. */
export interface OptimizerAxis {
  /** The setting's name; `base.` stands before a base's setting that its rule has as well. */
  name: string;
  /** Where the value belongs in the optimizer's settings, e.g. `['base', 'learningRate']`. */
  path: readonly string[];
  values: readonly SettingValue[];
}

/** An optimizer with all its settings, each with one value or several. */
export interface OptimizerGrid {
  name: string;
  /** Name of the base of a sharpness-aware rule; null for a base alone. */
  base: string | null;
  axes: readonly OptimizerAxis[];
}

/** A value as a list of one; a list as it is. */
export function listOf<Value>(value: Value | readonly Value[]): readonly Value[] {
  return Array.isArray(value) ? value : [value as Value];
}

/** Every setting of an optimizer: a rule's own in the order of its schema, then those of its base, defaults filled in. */
export function resolveOptimizer(written: WrittenOptimizer): OptimizerGrid {
  const rule = written.base === undefined ? undefined : sharpness[written.name];
  if (rule === undefined || written.base === undefined) {
    const presets = { ...defaults.anyOptimizer, ...written };
    return { name: written.name, base: null, axes: baseAxes(presets, [], aloneSettings) };
  }
  const schema = sharpnessSettings(rule);
  const preset = { ...defaults.anyOptimizer, ...defaults.optimizer[written.name] };
  const own = axesOf(Object.keys(schema.properties), schema, { ...preset, ...written }, []);
  const taken = new Set(own.map(({ name }) => name));
  const ofBase = baseAxes(written.base, ['base']).map((axis) =>
    taken.has(axis.name) ? { ...axis, name: `base.${axis.name}` } : axis,
  );
  return { name: written.name, base: written.base.name, axes: [...own, ...ofBase] };
}

function baseAxes(
  written: WrittenOptimizer,
  path: readonly string[],
  settingsOf: (rule: BaseRule) => TObject = ({ settings }) => settings,
): OptimizerAxis[] {
  const rule = bases[written.name];
  if (rule === undefined) throw new TypeError(`no base update is called ${written.name}`);
  const schema = settingsOf(rule);
  const names = ['learningRate', ...Object.keys(schema.properties)];
  return axesOf(names, schema, { ...defaults.optimizer[written.name], ...written }, path);
}

function axesOf(
  names: readonly string[],
  schema: TObject,
  settings: Readonly<Record<string, unknown>>,
  path: readonly string[],
): OptimizerAxis[] {
  return names
    .filter((name) => settings[name] !== undefined)
    .map((name) => {
      const value = settings[name] as SettingValue | readonly SettingValue[];
      const values = isList(schema, name) ? [value as SettingValue] : listOf(value);
      return { name, path: [...path, name], values };
    });
}

/** The resolved settings with these values, one for each axis of `grid` in order. */
export function settingsAt(grid: OptimizerGrid, point: readonly SettingValue[]): OptimizerSettings {
  const own: Record<string, SettingValue> = {};
  const ofBase: Record<string, SettingValue> = {};
  grid.axes.forEach(({ path }, index) => {
    const name = path.at(-1);
    const value = point[index];
    if (name === undefined || value === undefined) throw new TypeError('a point has one value for each axis');
    (path.length > 1 ? ofBase : own)[name] = value;
  });
  if (grid.base === null) return { name: grid.name, ...own } as BaseSettings;
  return { name: grid.name, ...own, base: { name: grid.base, ...ofBase } } as SharpnessSettings;
}

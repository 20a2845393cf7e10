/** Settings and state of any rule, read from what it declares, so that tests of every rule take in a new one by themselves. */
import type { TObject } from 'typebox';
import { defaults } from '../../src/defaults.js';
import type { SharpnessRule } from '../../src/optimizer/rule.js';

/** What is read of the schema of one setting. */
interface Setting {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Setting[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
}

/** Every setting of a rule but `m`, `bn` and `base`: as in `given`, else its default, else a value inside its range. */
export function settingsOf(
  rule: { name: string; settings: TObject },
  given: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const presets: Readonly<Record<string, unknown>> = { ...defaults.optimizer[rule.name], ...given };
  return Object.fromEntries(
    Object.entries(rule.settings.properties).map(([name, schema]) => [
      name,
      presets[name] === undefined ? valueInside(schema as Setting, `${rule.name}.${name}`) : presets[name],
    ]),
  );
}

function valueInside(setting: Setting, name: string): unknown {
  const [first] = setting.anyOf ?? [];
  if (first) return valueInside(first, name);
  if (setting.const !== undefined) return setting.const;
  if (setting.enum) return setting.enum[0];
  switch (setting.type) {
    case 'number':
      return inside(setting);
    case 'integer':
      return Math.ceil(setting.minimum ?? (setting.exclusiveMinimum ?? 0) + 1);
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'null':
      return null;
    default:
      throw new TypeError(`no value is known for ${name}: give it a default in src/defaults.ts`);
  }
}

/** The middle of the range, or half a unit from its only end. */
function inside(setting: Setting): number {
  const lowest = setting.minimum ?? setting.exclusiveMinimum;
  const highest = setting.maximum ?? setting.exclusiveMaximum;
  if (lowest !== undefined && highest !== undefined) return (lowest + highest) / 2;
  return lowest === undefined ? (highest ?? 1) - 0.5 : lowest + 0.5;
}

/** A state of a rule on a network of three weights, nothing in it zero. */
export function stateOf(
  rule: SharpnessRule,
  settings: Readonly<Record<string, unknown>>,
): Record<string, number[] | number> {
  const shapes = Object.entries(rule.state?.(settings) ?? {});
  return Object.fromEntries(shapes.map(([name, shape]) => [name, shape === 'scalar' ? 2 : [1, 2, 3]]));
}

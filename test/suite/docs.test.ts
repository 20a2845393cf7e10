/** docs/suites.md against the schema: every example is a right suite, and every field is explained. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networks } from '../../src/model/registry.js';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import { gradientEvaluationsPerStep } from '../../src/suite/budget.js';
import type { SharpnessSettings } from '../../src/suite/cell.js';
import { parseSuite } from '../../src/suite/load.js';
import { suiteSchema } from '../../src/suite/schema/suite.js';
import { settingsOf } from '../optimizer/any-rule.js';
import { toAdd } from '../optimizer/part-of-sambench.js';

const page = readFileSync(new URL('../../docs/suites.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text]) => JSON.parse(text ?? ''));
const [whole, ...parts] = examples as [Record<string, unknown>, ...Record<string, unknown>[]];

/** The names of all fields of a schema, and the values of its enumerations. */
function wordsOf(schema: unknown, into = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return into;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') for (const name of Object.keys(value)) into.add(name);
    if (key === 'enum') for (const one of value as unknown[]) into.add(String(one));
    if (key === 'const') into.add(String(value));
    wordsOf(value, into);
  }
  return into;
}

describe('docs/suites.md', () => {
  it('begins with a whole suite that is right', () => {
    expect(() => parseSuite(whole, 'docs/suites.md')).not.toThrow();
  });

  it.each(parts.map((part) => [Object.keys(part).join(', '), part] as const))(
    'has a right example of %s',
    (_fields, part) => {
      expect(() => parseSuite({ ...whole, ...part }, 'docs/suites.md')).not.toThrow();
    },
  );

  it('explains every field, and every value that has a name', () => {
    // Prose and tables, not the examples, which explain nothing.
    const prose = page.replaceAll(/^```json\n.*?^```$/gms, '');
    const missing = [...wordsOf(suiteSchema)].filter(
      (word) => !new RegExp(`(?<![\\w$])${escaped(word)}(?!\\w)`).test(prose),
    );
    const names = missing.join(', ');
    expect(missing, toAdd('docs/suites.md', `Explain ${names} (of a rule: a row of the table)`)).toEqual([]);
  });

  it('lists every optimizer and every network', () => {
    const names = [bases, sharpness, networks].flatMap((each) => Object.keys(each));
    const missing = names.filter((name) => !page.includes(`\`${name}\``));
    expect(missing, toAdd('docs/suites.md', `Add ${missing.join(', ')} to the table of its kind`)).toEqual(
      [],
    );
  });

  it('gives the gradient evaluations of every sharpness-aware rule as they are counted', () => {
    const sgd = { name: 'sgd', learningRate: 0.1 };
    for (const rule of Object.values(sharpness)) {
      const { name } = rule;
      const settings = settingsOf(rule, { rho: 0.05 });
      const optimizer = { name, ...settings, m: null, base: sgd } as SharpnessSettings;
      const row = page
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\``) && line.split('|').length === 5);
      const said = row?.split('|').at(3)?.trim();
      const wanted = `Add a row of ${name} with its settings and its gradients a step (a number, or a formula of its settings)`;
      expect(resultOf(said ?? '', settings), toAdd('docs/suites.md', wanted)).toBe(
        gradientEvaluationsPerStep(optimizer),
      );
    }
  });
});

/** The value of a sum, product or quotient of numbers and settings, as `(k + 1) / k`; NaN where it is none. */
function resultOf(formula: string, settings: Readonly<Record<string, unknown>>): number {
  const numbers = formula.replaceAll(/[a-z]\w*/gi, (name) => `${settings[name]}`);
  if (!/^[\d.()+*/\s-]+$/.test(numbers)) return Number.NaN;
  return Number(new Function(`return ${numbers};`)());
}

function escaped(word: string): string {
  return word.replaceAll(/[$.*+?^(){}[\]|\\]/g, '\\$&');
}

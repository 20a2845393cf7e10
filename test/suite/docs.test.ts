/** docs/suites.md against the schema: every example is a right suite, and every field is explained. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networks } from '../../src/model/registry.js';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import { gradientEvaluationsPerStep } from '../../src/suite/budget.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import { parseSuite } from '../../src/suite/load.js';
import { resolveOptimizer, settingsAt } from '../../src/suite/optimizer-grid.js';
import { suiteSchema } from '../../src/suite/schema/suite.js';

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
    expect(missing).toEqual([]);
  });

  it('lists every optimizer and every network', () => {
    for (const name of [bases, sharpness, networks].flatMap((each) => Object.keys(each))) {
      expect(page).toContain(`\`${name}\``);
    }
  });

  it('gives the gradient evaluations of every sharpness-aware rule as they are counted', () => {
    const base = { name: 'sgd', learningRate: 0.1 };
    for (const { name } of Object.values(sharpness)) {
      const grid = resolveOptimizer({ name, rho: 0.05, base });
      const settings: OptimizerSettings = settingsAt(
        grid,
        grid.axes.map(({ values }) => values[0] ?? null),
      );
      const row = page
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\``) && line.split('|').length === 5);
      const said = row?.split('|').at(3)?.trim();
      // By the defaults: k = 5, fraction = 0.25.
      const value = { '1': 1, '2': 2, '(k + 1) / k': 1.2, '1 + fraction': 1.25 }[said ?? ''];
      expect([name, value]).toEqual([name, gradientEvaluationsPerStep(settings)]);
    }
  });
});

function escaped(word: string): string {
  return word.replaceAll(/[$.*+?^(){}[\]|\\]/g, '\\$&');
}

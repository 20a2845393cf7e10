/** docs/checks.md against the code that it describes. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sharpness } from '../../src/optimizer/registry.js';
import { cellResultSchema } from '../../src/results/schema.js';
import { tolerances } from '../../src/results/tolerances.js';
import { toAdd } from '../optimizer/part-of-sambench.js';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/checks.md');
// Lines are broken anywhere.
const text = page.replaceAll(/\s+/g, ' ');

/** The row of the tables that says `words`, cell by cell. */
function row(words: string): string[] {
  const found = page.split('\n').filter((line) => line.startsWith('|') && line.includes(words));
  expect(found, words).toHaveLength(1);
  return (found[0] ?? '').split('|').map((cell) => cell.trim());
}

const written = (value: number) => value.toExponential(0);

describe('docs/checks.md', () => {
  it.each([
    ['as many gradients', tolerances.gradientEvaluations],
    ['the length that the rule declares', tolerances.perturbationNorm],
    ['the last gradient of a step', tolerances.appliedNorm],
    ['the moving statistics moved once', tolerances.movingStatistics],
  ])('says how exactly it is checked that %s', (words, tolerance) => {
    expect(row(words)[3]?.split(' ')[0]).toBe(written(tolerance));
  });

  it('says from where on lengths are asked for, and how far losses may differ', () => {
    expect(text).toContain(`the gradient is shorter than ${written(tolerances.shortestGradient)},`);
    expect(text).toContain(`below a length of ${written(tolerances.shortestPerturbation)},`);
    expect(text).toContain(`they may differ by ${written(tolerances.firstBatchLoss)};`);
    expect(text).toContain(`a graphics card took part by ${written(tolerances.firstBatchLossOnGpu)},`);
  });

  it('mentions every tolerance that there is', () => {
    const used = Object.values(tolerances).filter((value) => text.includes(written(value)));
    expect(used).toHaveLength(Object.keys(tolerances).length);
  });

  it('mentions every check that a result holds', () => {
    const names = Object.keys(cellResultSchema.properties.checks.properties);
    expect(names.length).toBeGreaterThan(6);
    for (const name of names) expect(text).toMatch(new RegExp(`\`(checks\\.)?${name}\``));
  });

  it('names the rules whose perturbation has no length of its own', () => {
    const silent = Object.values(sharpness).filter(({ perturbationNorm }) => !perturbationNorm);
    const [, list = ''] = /nor of (.*?), whose perturbation/.exec(text) ?? [];
    const named = [...list.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
    const missing = toAdd('docs/checks.md', 'Name all of them after "nor of"');
    expect(named.sort(), missing).toEqual(silent.map(({ name }) => name));
  });

  it('is found from the README and the page on optimizers', () => {
    expect(read('README.md')).toContain('(docs/checks.md)');
    expect(read('docs/adding-an-optimizer.md')).toContain('(checks.md)');
  });

  it('is repeated rightly by the page on optimizers', () => {
    const optimizers = read('docs/adding-an-optimizer.md').replaceAll(/\s+/g, ' ');
    expect(optimizers).toContain(`at every step in every group, to ${written(tolerances.perturbationNorm)}`);
  });
});

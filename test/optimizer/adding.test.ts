/** The list of docs/adding-an-optimizer.md of what a rule needs to be part of sambench, against the tests that ask for it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import { heading, page, places, toAdd } from './part-of-sambench.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const tests = (readdirSync(new URL('test/', root), { recursive: true }) as string[])
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name.replaceAll('\\', '/')}`);

describe('every rule', () => {
  const own = tests.filter((name) => name.startsWith('test/optimizer/') && !name.includes('adding'));
  const text = own.map(read).join('\n');

  it.each([bases, sharpness].flatMap(Object.keys))('%s has a test of its own', (name) => {
    const missing = toAdd('test/optimizer/', `Add a test of the numbers of ${name}, which names it,`);
    expect(text.includes(`'${name}'`), missing).toBe(true);
  });
});

describe('the section on making a rule part of sambench', () => {
  const [, section = ''] = read(page).split(`## ${heading}\n`);

  it('lists the places that tests ask for, and no other', () => {
    const listed = [...section.matchAll(/^\| `([^`]+)` \| (?!.*\|.*\|)/gm)].map(([, place]) => place);
    expect(listed).toEqual(Object.keys(places));
    for (const place of listed) expect(existsSync(new URL(place ?? '', root)), place).toBe(true);
  });

  it('is named by the tests that ask, each of which asks for what it is known for', () => {
    const asking = tests.flatMap((test) =>
      [...read(test).matchAll(/toAdd\(\s*'([^']+)'/g)].map(([, place]) => `${place} by ${test}`),
    );
    const known = Object.entries(places).flatMap(([place, by]) => by.map((test) => `${place} by ${test}`));
    expect([...new Set(asking)].sort()).toEqual(known.sort());
  });

  it('gives the row of the example with as many cells as docs/suites.md has there', () => {
    const [row = ''] = /^\| `gradient-norm` .*$/m.exec(section) ?? [];
    const head = read('docs/suites.md')
      .split('\n')
      .find((line) => line.startsWith('| sharpness-aware |'));
    expect(row.split('|')).toHaveLength(head?.split('|').length ?? 0);
  });
});

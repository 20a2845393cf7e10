import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../src/report/templates/', import.meta.url);
const files = readdirSync(folder);

describe('the templates', () => {
  it.each(files.filter((name) => name.endsWith('.hbs')))('%s inserts nothing unescaped', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    expect(/\{\{\{|\{\{&|\{\{~\{/.exec(text)?.[0]).toBeUndefined();
  });

  it('hold what they are made of, nothing else', () => {
    expect(files.every((name) => name.endsWith('.hbs') || name === 'script.js')).toBe(true);
  });
});

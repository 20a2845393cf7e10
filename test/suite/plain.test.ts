/** Numbers and names in cell ids. */
import { describe, expect, it } from 'vitest';
import { plainNumber, slug } from '../../src/suite/plain.js';

describe('a number in an id', () => {
  it.each([
    [0.05, '0.05'],
    [5e-2, '0.05'],
    [1e-7, '0.0000001'],
    [1.25e-9, '0.00000000125'],
    [1e21, `1${'0'.repeat(21)}`],
    [1.5e22, `15${'0'.repeat(21)}`],
    [-2e-8, '-0.00000002'],
    [100, '100'],
    [0, '0'],
  ])('%d is written %s', (value, text) => {
    expect(plainNumber(value)).toBe(text);
    expect(Number(text)).toBe(value);
  });
});

describe('a name in an id', () => {
  it.each([
    ['sam', 'sam'],
    ['SAM + Adam', 'sam-+-adam'],
    ['../../etc/passwd', 'etc-passwd'],
    ['ρ', ''],
    ['.hidden.', 'hidden'],
  ])('%s is written %s', (name, text) => {
    expect(slug(name)).toBe(text);
  });
});

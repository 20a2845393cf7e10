/** The golden cases of this folder, and how the tests look at their outcomes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GoldenSet } from '../../src/golden/format.js';
import { type GoldenRow, runGolden } from '../../src/golden/run.js';
import type { Start } from '../../src/golden/run-case.js';

export const folder = import.meta.dirname;

/** What golden.json says. */
export const set: GoldenSet = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8'));

/** For a test that runs no program. */
export const noStart: Start = () => {
  throw new Error('this test runs no program');
};

/** The outcome of the one case `name` of the golden set in `place`. */
export function outcome(name: string, start: Start, place = folder): GoldenRow {
  const [row, ...others] = runGolden(place, start, (other) => other === name);
  if (!row || others.length > 0) throw new Error(`${others.length + (row ? 1 : 0)} cases are called ${name}`);
  return row;
}

/** A row in words, so that a failing test shows what is out and how far. */
export function account({ status, failures }: GoldenRow): string {
  const worst = failures.map(
    ({ quantity, ratio }) => `${quantity} at ${ratio.toPrecision(3)} × its tolerance`,
  );
  return [status, ...worst.slice(0, 3)].join(', ');
}

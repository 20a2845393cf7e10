/** Suites damaged at random: each loads, or is refused as a user's mistake in one line. */
import { expect, it } from 'vitest';
import { SambenchError } from '../../src/errors.js';
import { type Stream, stream } from '../../src/stream.js';
import { parseSuite } from '../../src/suite/load.js';
import { example } from './example.js';

const values = [
  null,
  true,
  0,
  -1,
  0.5,
  3,
  1e9,
  1e308,
  '',
  'N',
  '0N',
  '2N',
  'N/7',
  'sam',
  'adam',
  '__proto__',
  'constructor',
  'a\nb',
  [],
  [[]],
  [1, 1],
  ['N', 3],
  {},
  { name: 'sam' },
  { name: 'toString' },
  { base: {} },
];
const names = [
  'skip',
  'tune',
  'stop',
  'schedule',
  'm',
  'rho',
  'base',
  'axes',
  'when',
  'reason',
  '__proto__',
  'a/b~c',
  'learningRate',
  'decay',
];

/** Every object and list inside a value. */
function containers(value: unknown): (Record<string, unknown> | unknown[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(containers)];
}

const pick = <Value>(list: readonly Value[], random: Stream) => list[random.integer(list.length)] as Value;

function damage(suite: unknown, random: Stream): void {
  const place = pick(containers(suite), random) as Record<string, unknown>;
  const known = Object.keys(place);
  const name = known.length > 0 && random.uniform() < 0.7 ? pick(known, random) : pick(names, random);
  if (random.uniform() < 0.2 && !Array.isArray(place)) delete place[name];
  else {
    const value = structuredClone(pick(values, random));
    Object.defineProperty(place, name, { value, enumerable: true, writable: true, configurable: true });
  }
}

it('2,000 suites damaged at random load or are refused in one line that names the file', () => {
  let refused = 0;
  for (let trial = 0; trial < 2000; trial++) {
    const random = stream(1, 'fuzz', trial);
    const suite = example();
    for (let times = 1 + random.integer(3); times > 0; times--) damage(suite, random);
    try {
      parseSuite(JSON.parse(JSON.stringify(suite)), 'fuzz.json');
    } catch (error) {
      if (!(error instanceof SambenchError))
        throw new Error(`trial ${trial}: ${JSON.stringify(suite)}`, { cause: error });
      expect(error.message).toMatch(/^fuzz\.json: [^\n]+$/);
      expect(error.exitCode).toBe(2);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(1000);
  expect(refused).toBeLessThan(2000);
});

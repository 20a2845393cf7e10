/** What a rule that works needs besides to be a part of sambench, and the words in which a test asks for it. */

/** The page that lists the places, and the heading of the list. */
export const page = 'docs/adding-an-optimizer.md';
export const heading = 'To make it part of sambench';

/** The tests that ask for each place. */
export const places = {
  'test/optimizer/': ['test/optimizer/adding.test.ts'],
  'docs/suites.md': ['test/suite/docs.test.ts'],
  'suites/optimizers.json': ['test/suite/shipped.test.ts'],
  'docs/checks.md': ['test/train/checks-page.test.ts', 'test/train/checks.engine.test.ts'],
} as const;

/** The message of a test that misses something: one sentence of what to add where, and the page that lists all places. */
export function toAdd(place: keyof typeof places, what: string): string {
  return `${what} in ${place}: ${page} lists what a rule needs, under "${heading}"`;
}

/** Which known name a mistyped one was meant to be. */
import { distance } from 'fastest-levenshtein';

/** The name of `known` that is closest to `name`, or undefined where none is close enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = name.length <= 3 ? 1 : Math.max(2, Math.floor(name.length * 0.4));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const away = distanceOf(name.toLowerCase(), candidate.toLowerCase());
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
}

/** The edit distance, 1 for letters in another order. */
function distanceOf(left: string, right: string): number {
  const away = distance(left, right);
  return away > 1 && sorted(left) === sorted(right) ? 1 : away;
}

const sorted = (name: string) => [...name].sort().join('');

/** A sentence that offers the nearest known name, or all of them where none is near. */
export function offer(name: unknown, known: readonly string[]): string {
  const near = typeof name === 'string' ? nearest(name, known) : undefined;
  if (near !== undefined) return `Did you mean ${JSON.stringify(near)}?`;
  const shown = known.slice(0, 20).map((one) => JSON.stringify(one));
  const rest = known.length > shown.length ? ` and ${known.length - shown.length} more` : '';
  return `Known here: ${shown.join(', ')}${rest}.`;
}

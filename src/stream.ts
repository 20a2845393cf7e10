/**
 * The source of every random number: a pure function of a seed, a purpose and indices. No generator outlives the
 * batch that it serves, so a resumed run needs no generator state, and two arms of one seed see the same data.
 */
import seedrandom from 'seedrandom';

/** Draws uniform numbers in [0, 1) from one key. */
export interface Stream {
  /** The next uniform number in [0, 1), with 53 random bits. */
  uniform(): number;
  /** The next whole number in 0 .. bound - 1. */
  integer(bound: number): number;
  /** The next number of the standard normal distribution (Box and Muller 1958, both values used). */
  normal(): number;
}

/**
 * The stream of `seed` for one purpose, e.g. `stream(3, 'augment', 'epoch', 7, 'batch', 12)`.
 * Equal arguments give equal numbers on every machine; different ones give independent streams.
 */
export function stream(seed: number, purpose: string, ...indices: readonly (string | number)[]): Stream {
  const draw = seedrandom([seed, purpose, ...indices].join('/'));
  let spare: number | undefined;
  return {
    uniform: () => draw.double(),
    integer: (bound) => Math.floor(draw.double() * bound),
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - draw.double()));
      const angle = 2 * Math.PI * draw.double();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** A permutation of 0 .. length - 1, uniform over all orders (Fisher and Yates), drawn from `random`. */
export function permutation(length: number, random: Stream): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

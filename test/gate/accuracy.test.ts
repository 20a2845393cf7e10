import { describe, expect, it } from 'vitest';
import { type AccuracyPairs, judgeAccuracy, seedsNeeded } from '../../src/gate/accuracy.js';
import { stream } from '../../src/stream.js';

const rule = { margin: 0.5, alpha: 0.05 };

/** Accuracies around 60 % whose paired differences are these, in points. */
function shifted(differences: readonly number[]): AccuracyPairs {
  const before = differences.map((_, index) => 0.6 + index / 100);
  return { before, now: differences.map((points, index) => 0.6 + index / 100 + points / 100) };
}

const one = (differences: readonly number[], given = rule) => judgeAccuracy([shifted(differences)], given)[0];

/** Two arms that share the luck of their seeds; `sd` of a paired difference and `shift` of its mean are in points. */
function arms(draw: number, n: number, sd: number, shift = 0): AccuracyPairs {
  const random = stream(draw, 'gate', n);
  const before: number[] = [];
  const now: number[] = [];
  for (let seed = 0; seed < n; seed++) {
    const luck = 60 + random.normal();
    before.push((luck + (sd / Math.SQRT2) * random.normal()) / 100);
    now.push((luck + shift + (sd / Math.SQRT2) * random.normal()) / 100);
  }
  return { before, now };
}

function share(draws: number, happens: (draw: number) => boolean): number {
  let count = 0;
  for (let draw = 1; draw <= draws; draw++) if (happens(draw)) count += 1;
  return count / draws;
}

const fires = (pairs: readonly AccuracyPairs[]) =>
  judgeAccuracy(pairs, rule).some(({ finding }) => finding === 'regression');

describe('the finding on accuracy', () => {
  // t = 3 √6 / 0.2, far beyond any critical value.
  const six = [-2.8, -3.2, -3, -2.9, -3.1, -3];

  it('is a regression beyond the margin with an interval below zero', () => {
    const found = one(six);
    expect(found?.finding).toBe('regression');
    expect(found?.difference?.mean).toBeCloseTo(-3, 10);
  });

  it('is none within the margin, however certain the loss', () => {
    expect(one(six.map((value) => value / 10))?.finding).toBe('equivalent');
  });

  it('is none beyond the margin when chance could do it', () => {
    // Mean -1, SD 2.19, t = -1.12 with 5 degrees of freedom: p = 0.31.
    const found = one([-3, 1, -3, 1, -3, 1]);
    expect(found?.finding).toBe('inconclusive');
    expect(found?.p).toBeCloseTo(0.3144, 3);
  });

  it('is none with five seeds, with which no exact test could reach 5 %', () => {
    expect(seedsNeeded(0.05)).toBe(6);
    expect(seedsNeeded(0.01)).toBe(8);
    expect(one(six.slice(0, 5))).toMatchObject({
      finding: 'inconclusive',
      reason: expect.stringContaining('6'),
    });
  });

  it('is equivalence when all seeds are equal, even with one seed', () => {
    expect(one([0])?.finding).toBe('equivalent');
    expect(one([0.1])?.finding).toBe('inconclusive');
  });

  it('is a regression when all seeds lost the same, and an improvement when all gained it', () => {
    expect(one([-2, -2, -2, -2, -2, -2])?.finding).toBe('regression');
    expect(one([2, 2, 2, 2, 2, 2])?.finding).toBe('improved');
  });

  it('needs more certainty where more settings are looked at', () => {
    // t = -0.9 √6 / 0.663 = -3.32 with 5 degrees of freedom: p = 0.021; Holm makes 0.063 of it among three.
    const borderline = [-0.2, -1.6, -0.3, -1.4, -0.4, -1.5];
    const quiet = shifted([0.1, -0.1, 0.2, -0.2, 0.1, -0.1]);
    const alone = one(borderline);
    expect(alone?.finding).toBe('regression');
    expect(alone?.p).toBeCloseTo(0.021, 3);
    const among = judgeAccuracy([shifted(borderline), quiet, quiet], rule)[0];
    expect(among?.p).toBeCloseTo(3 * (alone?.p ?? 0), 10);
    expect(among?.finding).toBe('inconclusive');
  });
});

describe('over 2,000 seeded draws', () => {
  // Equal arms whose differences spread as much as the margin, and far more: where the margin protects, and where only
  // the interval does.
  it.each([0.5, 2, 20])('equal arms with an SD of %d points raise an alarm in at most 5 + 1 %%', (sd) => {
    expect(share(2_000, (draw) => fires([arms(draw, 10, sd)]))).toBeLessThanOrEqual(0.06);
  });

  it('one of three equal arms raises an alarm in at most 5 + 1 %', () => {
    const three = (draw: number) => [0, 1, 2].map((arm) => arms(draw * 3 + arm, 10, 20));
    expect(share(2_000, (draw) => fires(three(draw)))).toBeLessThanOrEqual(0.06);
  });

  it('the alarm is raised at all by chance, so that the counts above can fail', () => {
    expect(share(2_000, (draw) => fires([arms(draw, 10, 20)]))).toBeGreaterThan(0.01);
  });

  it.each([0.25, 0.5, 0.75])(
    'a loss of twice the margin is found in at least 95 %% at n = 10, SD %d points',
    (sd) => {
      expect(share(2_000, (draw) => fires([arms(draw, 10, sd, -1)]))).toBeGreaterThanOrEqual(0.95);
    },
  );

  it('a loss of twice the margin in one of three arms is found in at least 95 % at n = 10', () => {
    const three = (draw: number) => [
      arms(3 * draw, 10, 0.5, -1),
      arms(3 * draw + 1, 10, 0.5),
      arms(3 * draw + 2, 10, 0.5),
    ];
    expect(share(2_000, (draw) => fires(three(draw)))).toBeGreaterThanOrEqual(0.95);
  });
});

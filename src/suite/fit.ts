/** Cuts a suite to a time. */
import { SambenchError } from '../errors.js';
import { fewestPairs } from '../stats/sign-flip.js';
import { cutSuite, isWhole, type Size, sizeOf } from './cut.js';
import { expandSuite, type Grid } from './expand.js';
import { type LoadedSuite, parseSuite } from './load.js';
import { listOf } from './optimizer-grid.js';
import type { WrittenSuite } from './schema/suite.js';
import { resolveSuite, type Suite } from './suite.js';
import { checkTuning } from './tuning.js';
import { taskOf } from './within.js';

/** A smaller suite with what it takes and what was cut. */
export interface FittedSuite {
  written: WrittenSuite;
  suite: Suite;
  grid: Grid;
  seconds: number;
  /** One sentence for each cut; empty where the suite fits as it is. */
  cuts: string[];
}

export interface FitRequest {
  /** Seconds that the whole suite may take. */
  seconds: number;
  /** The time as the user wrote it, for the title. */
  time: string;
  /** Name of the smaller suite. */
  name: string;
  /** Axes whose lists may shrink. */
  shrink: readonly string[];
  /** Seconds that a suite takes on this machine. */
  cost(suite: Suite, grid: Grid): number;
}

/** What an estimate may be wrong by, kept free. */
const reserve = 0.05;

/**
 * The order of cuts, each made only as far as is needed: axes that may shrink keep at most three values; seeds down to 6
 * (more where several tasks are corrected together), which changes the width of intervals and nothing else; then, in
 * turns, the stratified subset of training images and the epochs N, both of which change the training itself.
 */
const turns: readonly { of: 'train' | 'epochs'; least: number; batches?: number }[] = [
  { of: 'train', least: 2000, batches: 16 },
  { of: 'epochs', least: 10 },
  { of: 'train', least: 1000, batches: 8 },
  { of: 'epochs', least: 5 },
  { of: 'train', least: 1, batches: 4 },
  { of: 'epochs', least: 1 },
];

/**
 * A version of the suite that takes about `request.seconds`, with arms and grid as they are unless `shrink` names axes.
 * @throws SambenchError (exit 2) where even the smallest version takes longer.
 */
export function fitSuite(loaded: LoadedSuite, request: FitRequest): FittedSuite {
  const { written } = loaded;
  const full = sizeOf(written);
  const target = request.seconds * (1 - reserve);
  const cost = (size: Size) => {
    const suite = withCompute(resolveSuite(cutSuite(written, size)), loaded.suite);
    return request.cost(suite, expandSuite({ suite }));
  };
  const fits = (size: Size) => cost(size) <= target;

  if (fits(full)) return finish(loaded, request, full);
  let size: Size = { ...full, shrink: request.shrink };
  checkShrunk(loaded, cutSuite(written, size), request.shrink);
  if (fits(size)) return finish(loaded, request, size);
  const seeds = range(Math.min(leastSeeds(cutSuite(written, size)), full.seeds), full.seeds);
  size = reduce(size, 'seeds', seeds, fits);
  if (fits(size)) return finish(loaded, request, size);
  for (const { of, least, batches = 0 } of turns) {
    const candidates =
      of === 'train'
        ? trainCandidates(written, least, batches, size.train)
        : range(least, size.epochs).filter((epochs) => isWhole(written, epochs));
    size = reduce(size, of, candidates, fits);
    if (!fits(size)) continue;
    // A whole epoch less may leave much of the time unused: more images fill it.
    if (of === 'epochs')
      size = reduce(size, 'train', trainCandidates(written, size.train, 0, full.train), fits);
    return finish(loaded, request, size);
  }
  throw new SambenchError('flag-invalid', {
    path: '--fit',
    problem: `is too short: the smallest version of ${written.name} takes about ${Math.ceil(cost(size) / 60)} minutes`,
    value: request.time,
    fix: `Give more time${shrinkable(loaded.suite, request.shrink)}, or remove arms from a copy of the suite.`,
  });
}

/**
 * Refuses to shrink axes of some arms where the suite promises every arm as many trials (`tune`).
 * @throws SambenchError `flag-invalid`
 */
function checkShrunk({ suite }: LoadedSuite, written: WrittenSuite, shrink: readonly string[]): void {
  const small = resolveSuite(written);
  const [unequal] = checkTuning(small, expandSuite({ suite: small }));
  if (unequal === undefined) return;
  const others = (suite.tune?.axes ?? []).filter((axis) => !shrink.includes(axis));
  throw new SambenchError('flag-invalid', {
    path: '--shrink',
    problem: `leaves the arms of ${suite.name} unequal: it ${unequal.problem}`,
    value: shrink.join(','),
    fix:
      others.length > 0
        ? `Shrink ${[...shrink, ...others].join(',')} together, or none of them.`
        : 'Shrink none of them.',
  });
}

/** Fewer seeds than this cannot reach p < 0.05 in exact paired tests, one for each task, that are corrected together. */
function leastSeeds(written: WrittenSuite): number {
  const suite = resolveSuite(written);
  const tasks = expandSuite({ suite }).cells.map(({ settings }) => taskOf(settings, suite.compare.within));
  return fewestPairs(new Set(tasks).size);
}

/** The advice to let axes shrink that could and may not yet. */
function shrinkable(suite: Suite, shrink: readonly string[]): string {
  const axes = expandSuite({ suite }).arms.flatMap((arm) =>
    arm.axes.filter(({ values }) => values.length > 3),
  );
  const names = [...new Set(axes.map(({ name }) => name))].filter((name) => !shrink.includes(name));
  return names.length === 0 ? '' : `, let axes shrink with --shrink ${names.join(',')}`;
}

/** The size with the largest of the ascending `values` that fits, or with the smallest where none does. */
function reduce(
  size: Size,
  name: 'seeds' | 'train' | 'epochs',
  values: readonly number[],
  fits: (size: Size) => boolean,
): Size {
  let low = 0;
  let high = values.length - 1;
  // Invariant: everything above `high` is too large; `low` fits, or is the smallest.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits({ ...size, [name]: values[middle] })) low = middle;
    else high = middle - 1;
  }
  return { ...size, [name]: values[low] ?? size[name] };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** Numbers of training images up to `most`: whole batches, so that no image is dropped. */
function trainCandidates(suite: WrittenSuite, least: number, batches: number, most: number): number[] {
  const batch = Math.max(...listOf(suite.batch));
  const floor = Math.min(most, Math.max(least, batches * batch));
  const whole = range(Math.ceil(floor / batch), Math.floor(most / batch)).map((count) => count * batch);
  return [...new Set([...whole, most])];
}

/** The suite that is written: without skip rules that no longer apply, with a title and a note that say what was cut. */
function finish(loaded: LoadedSuite, request: FitRequest, size: Size): FittedSuite {
  const { written, suite: before } = loaded;
  const small = withoutIdleRules(cutSuite(written, size));
  const cuts = describeCuts(written, small);
  const { train, epochs, seeds } = sizeOf(small);
  const sizes = `${train} images, N = ${epochs}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
  const title = `${before.title.slice(0, 200)} (cut to ${request.time}: ${sizes})`;
  const named: WrittenSuite = {
    ...small,
    name: request.name,
    ...(cuts.length > 0 ? { title, ...describeSource(before) } : {}),
    provenance: { suite: before.name, sha256: loaded.sha256, cuts },
  };
  const suite = withCompute(parseSuite(named, loaded.file).suite, before);
  const grid = expandSuite({ suite });
  return { written: named, suite, grid, seconds: request.cost(suite, grid), cuts };
}

/** The description of a suite tells its own sizes and cost, which are not those of the suite cut from it. */
function describeSource({ name, description }: Suite): Pick<WrittenSuite, 'description'> {
  if (description === null) return {};
  const source = `Cut from the suite ${name}; sizes and times in the following are those of ${name}. ${description}`;
  return { description: source.slice(0, 5000) };
}

/** Equal wall time keeps its step times, which do not depend on what is cut, so that the epochs chosen are counted. */
function withCompute(suite: Suite, { compute }: Suite): Suite {
  return { ...suite, compute };
}

function withoutIdleRules(written: WrittenSuite): WrittenSuite {
  const { skip, ...rest } = written;
  if (skip === undefined) return written;
  const used = new Set(expandSuite({ suite: resolveSuite(written) }).skipped.map(({ rule }) => rule));
  return { ...rest, skip: skip.filter((_, index) => used.has(index)) };
}

function describeCuts(before: WrittenSuite, after: WrittenSuite): string[] {
  const cuts: string[] = [];
  const tell = (what: string, old: number, now: number) => {
    if (now !== old) cuts.push(`${what}: ${now} instead of ${old}.`);
  };
  const [old, now] = [sizeOf(before), sizeOf(after)];
  for (const [name, length, was] of shortened(before, after)) tell(`Values of ${name}`, was, length);
  tell('Seeds', old.seeds, now.seeds);
  tell('Training images', old.train, now.train);
  tell('Validation images', before.data.validation, after.data.validation);
  tell('Test images', before.data.test, after.data.test);
  tell('Epochs N', old.epochs, now.epochs);
  tell('Skip rules', before.skip?.length ?? 0, after.skip?.length ?? 0);
  return cuts;
}

/** Axes that lost values, with their lengths now and before. */
function shortened(before: WrittenSuite, after: WrittenSuite): [name: string, now: number, old: number][] {
  const [old, now] = [before, after].map((written) => expandSuite({ suite: resolveSuite(written) }).arms);
  return (old ?? []).flatMap((arm, index) =>
    arm.axes.flatMap(({ name, values }, axis): [string, number, number][] => {
      const length = now?.[index]?.axes[axis]?.values.length ?? values.length;
      return length === values.length ? [] : [[`${name} of ${arm.name}`, length, values.length]];
    }),
  );
}

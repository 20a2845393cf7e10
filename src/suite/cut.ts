/** Smaller versions of a suite that ask the same question: fewer images, epochs, seeds, values of an axis. */
import { defaults } from '../defaults.js';
import { epochsOf } from './epochs.js';
import { listOf } from './optimizer-grid.js';
import type { WrittenOptimizer } from './schema/registered.js';
import type { WrittenSuite } from './schema/suite.js';

/** How small a version is. */
export interface Size {
  /** Training images. */
  train: number;
  /** The largest N of the suite. */
  epochs: number;
  seeds: number;
  /** Axes that keep at most three of their values: the first, the middle one and the last. */
  shrink: readonly string[];
}

/** Evaluation is noise below these numbers of images. */
const leastValidation = 500;
const leastTest = 1000;

/** The size that a suite has. */
export function sizeOf(suite: WrittenSuite): Size {
  return {
    train: suite.data.train,
    epochs: Math.max(...listOf(suite.epochs)),
    seeds: typeof suite.seeds === 'number' ? suite.seeds : suite.seeds.length,
    shrink: [],
  };
}

/** Whether all epochs of the suite come to whole numbers when its largest N becomes `epochs`. */
export function isWhole(suite: WrittenSuite, epochs: number): boolean {
  const scale = scaleOf(suite, epochs);
  const n = listOf(suite.epochs).map(scale);
  const ofArms = suite.arms.flatMap((arm) =>
    listOf(arm.epochs ?? 'N').flatMap((one) =>
      typeof one === 'number' ? [scale(one)] : n.map((each) => epochsOf(one, each)),
    ),
  );
  return [...n, ...ofArms].every((one) => Number.isInteger(one) && one >= 1);
}

/** Multiplies epochs by the same factor that takes the largest N to `epochs`. */
function scaleOf(suite: WrittenSuite, epochs: number): (one: number) => number {
  const largest = Math.max(...listOf(suite.epochs));
  return (one) => (one * epochs) / largest;
}

/** The suite at this size, with validation and test images in proportion; all else as it was. */
export function cutSuite(suite: WrittenSuite, size: Size): WrittenSuite {
  const share = size.train / suite.data.train;
  const scale = scaleOf(suite, size.epochs);
  const scaleNumber = <Value>(one: Value) => (typeof one === 'number' ? (scale(one) as Value) : one);
  const schedule = <S extends { warmupEpochs?: number }>(one: S): S =>
    one.warmupEpochs ? { ...one, warmupEpochs: scale(one.warmupEpochs) } : one;
  const shrink = <Value>(axis: string, value: Value | Value[]) =>
    size.shrink.includes(axis) && Array.isArray(value) ? fewer(value) : value;
  const inProportion = (images: number, least: number) =>
    Math.min(images, Math.max(least, Math.round(images * share)));
  const { labelNoise } = suite.data;
  return {
    ...suite,
    data: {
      ...suite.data,
      train: size.train,
      validation: inProportion(suite.data.validation, leastValidation),
      test: inProportion(suite.data.test, leastTest),
      ...(labelNoise === undefined ? {} : { labelNoise: shrink('labelNoise', labelNoise) }),
    },
    batch: shrink('batch', suite.batch),
    epochs: map(suite.epochs, scale),
    ...(suite.schedule ? { schedule: schedule(suite.schedule) } : {}),
    ...(suite.stop ? { stop: stopping(suite.stop, scale) } : {}),
    arms: suite.arms.map((arm) => ({
      ...arm,
      ...(arm.epochs === undefined ? {} : { epochs: shrink('epochs', map(arm.epochs, scaleNumber)) }),
      ...(arm.schedule ? { schedule: schedule(arm.schedule) } : {}),
      ...(arm.average?.name === 'swa' ? { average: fromEpoch(arm.average, scale) } : {}),
      optimizer: shrinkOptimizer(arm.optimizer, size.shrink),
    })),
    seeds: typeof suite.seeds === 'number' ? size.seeds : suite.seeds.slice(0, size.seeds),
    ...(suite.skip
      ? { skip: suite.skip.map((rule) => ({ ...rule, when: scaleEpochs(rule.when, scaleNumber) })) }
      : {}),
    ...(suite.sharpness ? { sharpness: { ...suite.sharpness, examples: examples(suite, size.train) } } : {}),
  };
}

/** The average from the same part of the cell on. */
function fromEpoch<Average extends { fromEpoch: number }>(
  average: Average,
  scale: (one: number) => number,
): Average {
  return { ...average, fromEpoch: Math.max(1, Math.round(scale(average.fromEpoch))) };
}

type Stop = NonNullable<WrittenSuite['stop']>;

/** Callbacks that wait for the same part of the cell; what waits at all goes on to wait for an epoch at least. */
function stopping({ earlyStopping, plateau }: Stop, scale: (one: number) => number): Stop {
  const scaled = (patience: number) => Math.min(patience, Math.max(1, Math.round(scale(patience))));
  const { stop } = defaults;
  return {
    ...(earlyStopping && {
      earlyStopping: {
        ...earlyStopping,
        patience: scaled(earlyStopping.patience ?? stop.earlyStopping.patience),
      },
    }),
    ...(plateau && { plateau: { ...plateau, patience: scaled(plateau.patience ?? stop.plateau.patience) } }),
  };
}

/** The images that sharpness is measured on, which are training images. */
function examples({ sharpness }: WrittenSuite, train: number): number {
  return Math.min(sharpness?.examples ?? defaults.sharpness.examples, train);
}

type When = NonNullable<WrittenSuite['skip']>[number]['when'];

function scaleEpochs(when: When, scale: <Value>(one: Value) => Value): When {
  const { epochs } = when;
  return epochs === undefined ? when : { ...when, epochs: map(epochs, scale) };
}

function map<Value, Other>(value: Value | Value[], change: (one: Value) => Other): Other | Other[] {
  return Array.isArray(value) ? value.map(change) : change(value);
}

/** At most three values: the first, the middle one and the last. */
function fewer<Value>(values: readonly Value[]): Value[] {
  if (values.length <= 3) return [...values];
  const kept = new Set([0, Math.floor((values.length - 1) / 2), values.length - 1]);
  return values.filter((_, index) => kept.has(index));
}

function shrinkOptimizer(optimizer: WrittenOptimizer, axes: readonly string[]): WrittenOptimizer {
  const entries = Object.entries(optimizer).map(([name, value]) => {
    if (name === 'base') return [name, shrinkOptimizer(value as WrittenOptimizer, axes)];
    return [name, axes.includes(name) && Array.isArray(value) ? fewer(value as unknown[]) : value];
  });
  return Object.fromEntries(entries) as WrittenOptimizer;
}

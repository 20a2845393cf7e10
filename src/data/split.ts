/**
 * Which images train, validate and test a cell. Training and validation images are drawn from the seed of the cell, so
 * that seeds differ in their split as well and all arms of one seed share it; the test images are the same for all.
 */
import { SambenchError } from '../errors.js';
import { permutation, type Stream, stream } from '../stream.js';
import type { DataSet, ImageSet } from './images.js';

/** Counts of images, and the fraction of training labels to replace. */
export interface SplitSettings {
  seed: number;
  train: number;
  validation: number;
  test: number;
  /** 0 to 1. */
  labelNoise: number;
}

/** The images of one cell. */
export interface Split {
  train: ImageSet;
  /** Null where the settings ask for none. */
  validation: ImageSet | null;
  test: ImageSet;
  /** Training labels that were replaced, each by another class. */
  changedLabels: number;
}

/** Positions in the training files and in the test file, each list ascending. */
export interface SplitIndices {
  train: Uint32Array;
  validation: Uint32Array;
  test: Uint32Array;
}

interface Labelled {
  labels: Int32Array;
  classes: number;
}

/**
 * Splits a data set. Every part is stratified: its classes are in the proportions of the whole, rounded. Parts keep the
 * order of the files, and a smaller training part lies within a larger one of the same seed and validation count.
 * Validation and test labels are never noisy. Throws `suite-invalid` when more images are asked for than there are.
 */
export function splitDataSet(dataSet: DataSet, settings: SplitSettings): Split {
  const indices = splitIndices(dataSet, settings);
  const train = dataSet.train.select(indices.train);
  const changedLabels = addLabelNoise(train, settings.labelNoise, settings.seed);
  return {
    train,
    validation: settings.validation > 0 ? dataSet.train.select(indices.validation) : null,
    test: dataSet.test.select(indices.test),
    changedLabels,
  };
}

/** The positions that `splitDataSet` selects. */
export function splitIndices(
  { train, test }: { train: Labelled; test: Labelled },
  settings: Omit<SplitSettings, 'labelNoise'>,
): SplitIndices {
  const { seed } = settings;
  const used = settings.validation + settings.train;
  demand('data.train', settings.train, train.labels.length - settings.validation);
  demand('data.test', settings.test, test.labels.length);
  const order = deal(train, used, stream(seed, 'split'));
  return {
    validation: order.slice(0, settings.validation).sort(),
    train: order.slice(settings.validation).sort(),
    // No cell has seed 0: the test images do not depend on the seed, so that all cells answer the same questions.
    test: deal(test, settings.test, stream(0, 'split', 'test')).sort(),
  };
}

function demand(path: string, value: number, available: number): void {
  if (value > available)
    throw new SambenchError('suite-invalid', {
      problem: `the data set has only ${Math.max(0, available)} images for it`,
      path,
      value,
      fix: `Ask for ${Math.max(0, available)} at most.`,
    });
}

/**
 * The first `count` positions of a random order whose every beginning is stratified: each class is shuffled, then the
 * classes are dealt out in turn, a class of size s giving its r-th image at time (r + ½) / s (Webster's method).
 */
export function deal({ labels, classes }: Labelled, count: number, random: Stream): Uint32Array {
  const members = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, position) => {
    members[label]?.push(position);
  });
  const orders = members.map((positions) =>
    permutation(positions.length, random).map((at) => positions[at] as number),
  );
  const times = orders.map((order) => (order.length > 0 ? 0.5 / order.length : Number.POSITIVE_INFINITY));
  const given = orders.map(() => 0);
  return Uint32Array.from({ length: count }, () => {
    let next = 0;
    for (let other = 1; other < classes; other++)
      if ((times[other] as number) < (times[next] as number)) next = other;
    const order = orders[next] as Uint32Array;
    const rank = given[next] as number;
    given[next] = rank + 1;
    times[next] = rank + 1 < order.length ? (rank + 1.5) / order.length : Number.POSITIVE_INFINITY;
    return order[rank] as number;
  });
}

/**
 * Symmetric label noise, in place: exactly round(fraction × count) labels, drawn without replacement, each replaced by
 * one of the *other* classes with equal probability. So `fraction` is the share of wrong labels; papers that draw among
 * all classes, the true one included, have a share of fraction × (1 − 1 / classes). The images hit by a smaller fraction
 * are among those hit by a larger one and get the same wrong label. Returns how many labels were changed.
 */
export function addLabelNoise(
  { labels, classes }: { labels: Int32Array; classes: number },
  fraction: number,
  seed: number,
): number {
  const changes = classes > 1 ? Math.round(fraction * labels.length) : 0;
  if (changes === 0) return 0;
  const order = permutation(labels.length, stream(seed, 'label-noise'));
  const random = stream(seed, 'label-noise', 'class');
  for (const position of order.subarray(0, changes)) {
    const shift = 1 + random.integer(classes - 1);
    labels[position] = ((labels[position] as number) + shift) % classes;
  }
  return changes;
}

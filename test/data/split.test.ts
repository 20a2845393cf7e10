import { describe, expect, it } from 'vitest';
import { type ImageSource, imageSource } from '../../src/data/images.js';
import { addLabelNoise, deal, splitDataSet, splitIndices } from '../../src/data/split.js';
import { SambenchError } from '../../src/errors.js';
import { stream } from '../../src/stream.js';

/** Images of one pixel that holds its own position. */
function sourceOf(labels: readonly number[], classes = 10): ImageSource {
  return imageSource(Int32Array.from(labels), [1, 1, 1], classes, (indices, target) => {
    for (let at = 0; at < indices.length; at++) target[at] = indices[at] as number;
  });
}

const balanced = (count: number, classes = 10) =>
  sourceOf(
    Array.from({ length: count }, (_, at) => at % classes),
    classes,
  );

const countsOf = (labels: ArrayLike<number>, classes: number) => {
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of Array.from(labels)) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
};

const dataSet = { name: 'test', train: balanced(200), test: balanced(50), sha256: '' };
const settings = { seed: 3, train: 103, validation: 21, test: 20, labelNoise: 0 };

describe('a split', () => {
  it('has the counts asked for', () => {
    const { train, validation, test } = splitDataSet(dataSet, settings);
    expect([train.count, validation?.count, test.count]).toEqual([103, 21, 20]);
  });

  it('has equal numbers of each class, up to one', () => {
    const { train, validation, test } = splitDataSet(dataSet, settings);
    expect(countsOf(validation?.labels ?? [], 10)).toEqual([3, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    expect(countsOf(train.labels, 10).sort()).toEqual([10, 10, 10, 10, 10, 10, 10, 11, 11, 11]);
    expect(countsOf(test.labels, 10)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
  });

  it('never has an image in both training and validation, and can use them all', () => {
    const indices = splitIndices(dataSet, { ...settings, train: 179 });
    const all = [...indices.train, ...indices.validation].sort((one, other) => one - other);
    expect(all).toEqual(Array.from({ length: 200 }, (_, at) => at));
  });

  it('keeps the order of the files', () => {
    const indices = splitIndices(dataSet, settings);
    for (const part of Object.values(indices)) expect([...part]).toEqual([...part].sort((a, b) => a - b));
  });

  it('reads the pixels of the images that it names', () => {
    const { train, validation } = splitDataSet(dataSet, settings);
    const indices = splitIndices(dataSet, settings);
    expect([...train.images]).toEqual([...indices.train]);
    expect([...(validation?.images ?? [])]).toEqual([...indices.validation]);
  });

  it('is the same for the same seed', () => {
    expect(splitIndices(dataSet, settings)).toEqual(splitIndices(dataSet, settings));
  });

  it('differs between seeds in training and validation, but not in test', () => {
    const one = splitIndices(dataSet, settings);
    const other = splitIndices(dataSet, { ...settings, seed: 4 });
    expect(other.train).not.toEqual(one.train);
    expect(other.validation).not.toEqual(one.validation);
    expect(other.test).toEqual(one.test);
  });

  it('of fewer training images is a part of one of more', () => {
    const larger = new Set(splitIndices(dataSet, settings).train);
    const smaller = splitIndices(dataSet, { ...settings, train: 40 }).train;
    expect([...smaller].every((index) => larger.has(index))).toBe(true);
  });

  it('without validation images has none', () => {
    expect(splitDataSet(dataSet, { ...settings, validation: 0 }).validation).toBeNull();
  });

  it('of more images than there are is refused, with the largest possible number', () => {
    const split = () => splitDataSet(dataSet, { ...settings, train: 180 });
    expect(split).toThrow(SambenchError);
    expect(split).toThrow(
      'data.train: the data set has only 179 images for it (got 180). Ask for 179 at most.',
    );
    expect(() => splitDataSet(dataSet, { ...settings, test: 51 })).toThrow('data.test');
  });

  it('is the split of these seeds for good: results of other versions depend on it', () => {
    const { train, validation, test } = splitIndices(dataSet, { seed: 1, train: 5, validation: 5, test: 5 });
    expect([[...train], [...validation], [...test]]).toEqual([
      [117, 125, 136, 169, 178],
      [30, 72, 81, 84, 133],
      [0, 2, 3, 41, 44],
    ]);
  });
});

describe('dealing', () => {
  it('gives classes of different sizes in proportion: 6 of 60, 3 of 30, 1 of 10', () => {
    const labels = Array.from({ length: 100 }, (_, at) => (at < 60 ? 0 : at < 90 ? 1 : 2));
    const order = deal(sourceOf(labels, 3), 10, stream(1, 'test'));
    expect(
      countsOf(
        order.map((at) => labels[at] as number),
        3,
      ),
    ).toEqual([6, 3, 1]);
  });

  it('leaves out a class without images', () => {
    const order = deal(sourceOf([0, 2, 0, 2], 3), 4, stream(1, 'test'));
    expect([...order].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('label noise', () => {
  const clean = () => balanced(1000);

  it('changes exactly the rounded fraction of labels, each to another class', () => {
    const noisy = clean();
    const { labels } = clean();
    expect(addLabelNoise(noisy, 0.2345, 7)).toBe(235);
    expect(noisy.labels.filter((label, at) => label !== labels[at])).toHaveLength(235);
    expect(noisy.labels.every((label) => label >= 0 && label < 10)).toBe(true);
  });

  it('prefers no other class: 900 changed labels of one class give about 100 of each other', () => {
    const noisy = { labels: new Int32Array(900).fill(4), classes: 10 };
    addLabelNoise(noisy, 1, 7);
    const counts = countsOf(noisy.labels, 10);
    expect(counts[4]).toBe(0);
    // Chi-square over 9 classes of 100: the 99.9 % quantile with 8 degrees of freedom is 26.1.
    const chiSquare = counts
      .filter((_, label) => label !== 4)
      .reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(chiSquare).toBeLessThan(26.1);
  });

  it('of a larger fraction contains that of a smaller one', () => {
    const [little, much] = [clean(), clean()];
    addLabelNoise(little, 0.2, 7);
    addLabelNoise(much, 0.6, 7);
    const { labels } = clean();
    const changed = [...little.labels.keys()].filter((at) => little.labels[at] !== labels[at]);
    expect(changed.every((at) => much.labels[at] === little.labels[at])).toBe(true);
  });

  it('touches training labels only', () => {
    const { train, validation, test, changedLabels } = splitDataSet(dataSet, {
      ...settings,
      labelNoise: 0.5,
    });
    const indices = splitIndices(dataSet, settings);
    const truth = (index: number) => index % 10;
    expect(changedLabels).toBe(52);
    expect(train.labels.filter((label, at) => label !== truth(indices.train[at] as number))).toHaveLength(52);
    expect([...(validation?.labels ?? [])]).toEqual([...indices.validation].map(truth));
    expect([...test.labels]).toEqual([...indices.test].map(truth));
  });

  it('does not change which images a seed trains on, and differs between seeds', () => {
    const clean = splitDataSet(dataSet, settings);
    const noisy = splitDataSet(dataSet, { ...settings, labelNoise: 0.5 });
    expect(noisy.train.images).toEqual(clean.train.images);
    const [one, other] = [balanced(1000), balanced(1000)];
    addLabelNoise(one, 0.5, 1);
    addLabelNoise(other, 0.5, 2);
    expect(one.labels).not.toEqual(other.labels);
  });

  it('of fraction zero changes nothing', () => {
    const { labels } = clean();
    const noisy = clean();
    expect(addLabelNoise(noisy, 0, 7)).toBe(0);
    expect(noisy.labels).toEqual(labels);
  });
});

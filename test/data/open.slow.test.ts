/** Real data: needs the network, or files that an earlier run has left in the cache. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/commands/data.js';
import type { ImageSet } from '../../src/data/images.js';
import { openDataSet } from '../../src/data/open.js';
import { splitDataSet } from '../../src/data/split.js';

/** Mean and population standard deviation of each channel, on the scale [0, 1]. */
function momentsOf({ images, shape: [, , channels] }: ImageSet): { mean: number[]; sd: number[] } {
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let at = 0; at < images.length; at++) {
    const value = (images[at] as number) / 255;
    sums[at % channels] = (sums[at % channels] as number) + value;
    squares[at % channels] = (squares[at % channels] as number) + value * value;
  }
  const count = images.length / channels;
  const mean = [...sums].map((sum) => sum / count);
  return { mean, sd: [...squares].map((sum, at) => Math.sqrt(sum / count - (mean[at] as number) ** 2)) };
}

const countsOf = (labels: Int32Array, classes: number) =>
  Array.from({ length: classes }, (_, label) => labels.filter((other) => other === label).length);

const settings = { seed: 1, validation: 0, test: 10_000, labelNoise: 0 };

describe('real CIFAR-10', () => {
  it('has the published mean, standard deviation and class counts', async () => {
    const { train, test } = splitDataSet(await openDataSet('cifar10'), { ...settings, train: 50_000 });
    const { mean, sd } = momentsOf(train);
    [0.49139968, 0.48215841, 0.44653091].forEach((value, at) => {
      expect(mean[at]).toBeCloseTo(value, 8);
    });
    [0.24703223, 0.24348513, 0.26158784].forEach((value, at) => {
      expect(sd[at]).toBeCloseTo(value, 8);
    });
    expect(countsOf(train.labels, 10)).toEqual(Array(10).fill(5000));
    expect(countsOf(test.labels, 10)).toEqual(Array(10).fill(1000));
  });

  it('has the published MD5s and the registered SHA-256', async () => {
    const { rows } = await data('cifar10');
    expect(rows[0]?.state).toBe('ready');
    expect(rows[0]?.files.map(({ md5 }) => md5)).toEqual([
      '5dd7e06a14cb22eb9f671a540d1b7c25',
      '5ea93a67294ea407fff1d09f752e9692',
      '942cd6a4bcdd0dd3c604fbe906cb4421',
      'ae636b3ba5c66a11e91e8cb52e771fcb',
      '53f37980c15c3d472c316c40844f3f0d',
      '803d5f7f4d78ea53de84dbe85f74fb6d',
    ]);
  });
});

describe('real Fashion-MNIST', () => {
  const isInstalled = existsSync('/usr/share/datasets/fashion-mnist');

  it.runIf(isInstalled)('from Debian’s package has the published mean and standard deviation', async () => {
    const { train, test } = splitDataSet(await openDataSet('fashion-mnist'), { ...settings, train: 60_000 });
    const { mean, sd } = momentsOf(train);
    expect(mean[0]).toBeCloseTo(0.286, 4);
    expect(sd[0]).toBeCloseTo(0.353, 4);
    expect(countsOf(train.labels, 10)).toEqual(Array(10).fill(6000));
    expect(countsOf(test.labels, 10)).toEqual(Array(10).fill(1000));
  });

  it.skipIf(isInstalled)('is not tested: the package dataset-fashion-mnist is not installed', () => {});
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ImageSource } from '../../src/data/images.js';
import { openDataSet } from '../../src/data/open.js';
import { dataSets } from '../../src/data/registry.js';
import { syntheticDataSet } from '../../src/data/synthetic.js';

const all = (source: ImageSource) => source.select([...Array(source.count).keys()]);

describe('the synthetic data set', () => {
  const tiny = { shape: [6, 5, 2], classes: 3, train: 9, test: 6 } as const;

  it('is the same every time, to the byte of its registered hash', async () => {
    const { train, test, sha256 } = await openDataSet('synthetic');
    const hash = createHash('sha256');
    for (const { images, labels } of [all(train), all(test)])
      hash.update(images).update(Uint8Array.from(labels));
    expect(hash.digest('hex')).toBe(sha256);
    expect([train.count, test.count]).toEqual([
      dataSets.synthetic?.trainCount,
      dataSets.synthetic?.testCount,
    ]);
  });

  it('has the size and the classes asked for, in turn', () => {
    const { train, test } = syntheticDataSet(tiny);
    expect(train.shape).toEqual([6, 5, 2]);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect(all(test).images).toHaveLength(6 * 60);
  });

  it('gives an image the same pixels whichever others are read with it', () => {
    const { train } = syntheticDataSet(tiny);
    expect(train.select([7]).images).toEqual(all(train).images.subarray(7 * 60, 8 * 60));
  });

  it('has different training and test images', () => {
    const { train, test } = syntheticDataSet(tiny);
    expect(train.select([0]).images).not.toEqual(test.select([0]).images);
  });

  it('can be learnt: the nearest class mean tells more than 4 of 10 test images of ten classes', () => {
    const shape = [16, 16, 3] as const;
    const { train, test } = syntheticDataSet({ shape, classes: 10, train: 500, test: 200 });
    const size = 16 * 16 * 3;
    const means = Array.from({ length: 10 }, () => new Float64Array(size));
    const seen = all(train);
    seen.images.forEach((value, at) => {
      const mean = means[seen.labels[Math.floor(at / size)] as number] as Float64Array;
      mean[at % size] = (mean[at % size] as number) + value / 50;
    });
    const asked = all(test);
    const distance = (image: number, mean: Float64Array) =>
      mean.reduce((sum, value, at) => sum + (value - (asked.images[image * size + at] as number)) ** 2, 0);
    let right = 0;
    for (let image = 0; image < 200; image++) {
      const distances = means.map((mean) => distance(image, mean));
      if (distances.indexOf(Math.min(...distances)) === asked.labels[image]) right++;
    }
    expect(right).toBeGreaterThan(80);
    expect(right).toBeLessThan(200);
  });
});

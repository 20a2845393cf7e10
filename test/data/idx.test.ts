import { describe, expect, it } from 'vitest';
import { idxSource } from '../../src/data/idx.js';

const bigEndian = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => {
    bytes.writeUInt32BE(value, 4 * at);
  });
  return bytes;
};

// Three images of 2 rows and 3 columns.
const images = Buffer.concat([
  bigEndian(0x803, 3, 2, 3),
  Buffer.from(Array.from({ length: 18 }, (_, at) => at)),
]);
const labels = Buffer.concat([bigEndian(0x801, 3), Buffer.from([4, 0, 2])]);

describe('an IDX data set', () => {
  it('gives its images in the order asked for, with one channel', () => {
    const source = idxSource(
      () => images,
      () => labels,
      10,
    );
    expect(source.shape).toEqual([2, 3, 1]);
    const set = source.select([2, 0]);
    expect([...set.labels]).toEqual([2, 4]);
    expect([...set.images]).toEqual([12, 13, 14, 15, 16, 17, 0, 1, 2, 3, 4, 5]);
  });

  it('refuses an image that is not there', () => {
    const source = idxSource(
      () => images,
      () => labels,
      10,
    );
    expect(() => source.select([3])).toThrow(new RangeError('there is no image 3 among 3'));
  });

  it('refuses files that are mixed up', () => {
    expect(() =>
      idxSource(
        () => labels,
        () => images,
        10,
      ),
    ).toThrow('the file is not IDX with 1 dimensions');
  });

  it('refuses a file that is too short', () => {
    expect(() =>
      idxSource(
        () => images.subarray(0, 33),
        () => labels,
        10,
      ),
    ).toThrow('the file holds 17 bytes instead of 18');
  });
});

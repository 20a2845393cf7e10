import { describe, expect, it } from 'vitest';
import { augmentInto, brightnessShifts } from '../../src/data/augment.js';
import { emptyImages, type ImageSet } from '../../src/data/images.js';
import { stream } from '../../src/stream.js';

const off = { padCrop: 0, flip: false, brightness: 0, cutout: 0 };
const place = { seed: 3, epoch: 7, batch: 12 };

/** `count` grey images of 4 × 4 pixels: 1 2 3 4 / 5 6 7 8 / 9 10 11 12 / 13 14 15 16. */
function fours(count: number): ImageSet {
  const set = emptyImages(count, [4, 4, 1], 10);
  for (let at = 0; at < set.images.length; at++) set.images[at] = (at % 16) + 1;
  return set;
}

function augmented(set: ImageSet, settings: typeof off, where = place): number[][] {
  const size = set.images.length / set.count;
  const target = new Uint8Array(set.images.length).fill(255);
  augmentInto(target, set, [...Array(set.count).keys()], settings, where);
  return Array.from({ length: set.count }, (_, at) => [...target.subarray(at * size, (at + 1) * size)]);
}

/** The image moved up by `down` and left by `right` with zeros behind it, written as one would by hand. */
function shifted(down: number, right: number): number[] {
  const pixel = (row: number, column: number) =>
    row < 0 || row > 3 || column < 0 || column > 3 ? 0 : 4 * row + column + 1;
  return Array.from({ length: 16 }, (_, at) => pixel(Math.floor(at / 4) + down, (at % 4) + right));
}

describe('augmentation', () => {
  it('that is switched off copies the images in the order of the indices', () => {
    const set = emptyImages(3, [1, 2, 1], 10);
    set.images.set([1, 2, 3, 4, 5, 6]);
    const target = new Uint8Array(4);
    augmentInto(target, set, [2, 0], off, place);
    expect([...target]).toEqual([5, 6, 1, 2]);
  });

  it('shifts one row down and one column right as by hand', () => {
    // The stream decides; the first image of this batch happens to get this window.
    const random = stream(3, 'crop', 'epoch', 7, 'batch', 12);
    const [down, right] = [random.integer(3) - 1, random.integer(3) - 1];
    const [image] = augmented(fours(1), { ...off, padCrop: 1 });
    expect(image).toEqual(shifted(down, right));
  });

  it('crops by every window of the padded image, and by no other', () => {
    const images = augmented(fours(400), { ...off, padCrop: 1 });
    const windows = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => shifted(down, right)));
    const seen = new Set(images.map(String));
    expect(seen).toEqual(new Set(windows.map(String)));
  });

  it('gives each window about equally often', () => {
    const images = augmented(fours(900), { ...off, padCrop: 1 }).map(String);
    const counts = [...new Set(images)].map((window) => images.filter((image) => image === window).length);
    // Chi-square over 9 windows of 100: the 99.9 % quantile with 8 degrees of freedom is 26.1.
    expect(counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)).toBeLessThan(26.1);
  });

  it('keeps the channels of a pixel together', () => {
    const set = emptyImages(1, [2, 2, 3], 10);
    set.images.set([11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43]);
    for (let batch = 0; batch < 50; batch++) {
      const settings = { ...off, padCrop: 1, flip: true };
      const [image = []] = augmented(set, settings, { ...place, batch });
      for (let at = 0; at < 12; at += 3) {
        const [red = 0, green, blue] = image.slice(at, at + 3);
        expect([green, blue]).toEqual(red === 0 ? [0, 0] : [red + 1, red + 2]);
      }
    }
  });

  it('mirrors left and right, about half of the images', () => {
    const images = augmented(fours(400), { ...off, flip: true }).map(String);
    const straight = String(shifted(0, 0));
    const mirrored = String([4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9, 16, 15, 14, 13]);
    expect(new Set(images)).toEqual(new Set([straight, mirrored]));
    // Four standard deviations of a binomial count of 400.
    expect(Math.abs(images.filter((image) => image === mirrored).length - 200)).toBeLessThan(40);
  });

  it('mirrors an image of odd width around its middle column', () => {
    const set = emptyImages(20, [1, 3, 1], 10);
    for (let at = 0; at < 60; at++) set.images[at] = (at % 3) + 1;
    const images = augmented(set, { ...off, flip: true });
    expect(new Set(images.map(String))).toEqual(new Set(['1,2,3', '3,2,1']));
  });

  it('cuts out a square around any pixel, clipped at the edge', () => {
    const images = augmented(fours(600), { ...off, cutout: 2 });
    const expected = new Set<string>();
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 4; column++) {
        const cut = shifted(0, 0).map((value, at) => {
          const [down, right] = [Math.floor(at / 4) - row + 1, (at % 4) - column + 1];
          return down >= 0 && down < 2 && right >= 0 && right < 2 ? 0 : value;
        });
        expected.add(String(cut));
      }
    expect(new Set(images.map(String))).toEqual(expected);
  });

  it('of one kind does not depend on whether another kind is on', () => {
    const crops = augmented(fours(50), { ...off, padCrop: 1 });
    const shifts = brightnessShifts(50, 0.5, place);
    const both = augmented(fours(50), { ...off, padCrop: 1, flip: true });
    const mirror = (image: number[]) => image.map((_, at) => image[at - (at % 4) + 3 - (at % 4)]);
    both.forEach((image, at) => {
      const crop = crops[at] as number[];
      expect([String(crop), String(mirror(crop))]).toContain(String(image));
    });
    expect(brightnessShifts(50, 0.5, place)).toEqual(shifts);
  });

  it('differs between batches, epochs and seeds', () => {
    const settings = { ...off, padCrop: 1 };
    const one = augmented(fours(20), settings);
    for (const other of [
      { ...place, batch: 13 },
      { ...place, epoch: 8 },
      { ...place, seed: 4 },
    ])
      expect(augmented(fours(20), settings, other)).not.toEqual(one);
    expect(augmented(fours(20), settings)).toEqual(one);
  });

  it('never touches the images that it reads', () => {
    const set = fours(30);
    const before = Uint8Array.from(set.images);
    augmented(set, { padCrop: 2, flip: true, brightness: 0.5, cutout: 3 });
    expect(set.images).toEqual(before);
  });
});

describe('brightness', () => {
  it('is one shift per image, spread over ± the largest', () => {
    const shifts = brightnessShifts(2000, 0.5, place) as Float32Array;
    expect(shifts).toHaveLength(2000);
    expect(Math.max(...shifts)).toBeLessThan(0.5);
    expect(Math.min(...shifts)).toBeGreaterThanOrEqual(-0.5);
    const mean = shifts.reduce((sum, shift) => sum + shift, 0) / 2000;
    // Four standard errors of the mean of a uniform distribution of width 1.
    expect(Math.abs(mean)).toBeLessThan((4 * Math.sqrt(1 / 12)) / Math.sqrt(2000));
    expect(Math.max(...shifts)).toBeGreaterThan(0.49);
  });

  it('that is switched off is null', () => {
    expect(brightnessShifts(10, 0, place)).toBeNull();
  });
});

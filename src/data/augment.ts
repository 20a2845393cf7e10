/**
 * Random changes to training images, on bytes. Each kind of change has a stream of its own for every batch, read in the
 * order of the batch, so that switching one kind off leaves the others as they were. In order: padding and cropping,
 * mirroring, cutout, brightness. Brightness alone is not applied here: a batch carries one shift per image, and the
 * training graph computes clip(x / 255 + shift, 0, 1), padding and cutout squares included.
 */
import { type Stream, stream } from '../stream.js';
import type { AugmentSettings } from '../suite/cell.js';
import { type ImageSet, type ImageShape, imageSize } from './images.js';

/** Where in the training a batch is: the key of its random numbers. */
export interface BatchPlace {
  seed: number;
  /** Counted from 1. */
  epoch: number;
  /** Within the epoch, counted from 0. */
  batch: number;
}

/** Copies the images at `indices` of `set` into `target`, one after the other, each cropped, mirrored and cut out. */
export function augmentInto(
  target: Uint8Array,
  set: ImageSet,
  indices: ArrayLike<number>,
  settings: AugmentSettings,
  place: BatchPlace,
): void {
  const size = imageSize(set.shape);
  const crops = settings.padCrop > 0 ? streamOf('crop', place) : null;
  const flips = settings.flip ? streamOf('flip', place) : null;
  const cutouts = settings.cutout > 0 ? streamOf('cutout', place) : null;
  for (let at = 0; at < indices.length; at++) {
    const from = (indices[at] as number) * size;
    const source = set.images.subarray(from, from + size);
    const image = target.subarray(at * size, (at + 1) * size);
    if (crops) crop(image, source, set.shape, settings.padCrop, crops);
    else image.set(source);
    // The number is drawn for every image, mirrored or not.
    if (flips && flips.uniform() < 0.5) mirror(image, set.shape);
    if (cutouts) cutOut(image, set.shape, settings.cutout, cutouts);
  }
}

/** One shift per image, uniform in [-largest, largest), or null where brightness is switched off. */
export function brightnessShifts(count: number, largest: number, place: BatchPlace): Float32Array | null {
  if (largest === 0) return null;
  const random = streamOf('brightness', place);
  return Float32Array.from({ length: count }, () => (2 * random.uniform() - 1) * largest);
}

const streamOf = (kind: string, { seed, epoch, batch }: BatchPlace) =>
  stream(seed, kind, 'epoch', epoch, 'batch', batch);

/** Draws the row, then the column, of a window of the image's own size in the image padded by `padding` zeros. */
function crop(
  target: Uint8Array,
  source: Uint8Array,
  [height, width, channels]: ImageShape,
  padding: number,
  random: Stream,
): void {
  const down = random.integer(2 * padding + 1) - padding;
  const right = random.integer(2 * padding + 1) - padding;
  const rowBytes = width * channels;
  const length = Math.max(0, width - Math.abs(right)) * channels;
  const from = Math.max(0, right) * channels;
  const to = Math.max(0, -right) * channels;
  target.fill(0);
  const end = Math.min(height, height - down);
  for (let row = Math.max(0, -down); row < end; row++) {
    const start = (row + down) * rowBytes + from;
    target.set(source.subarray(start, start + length), row * rowBytes + to);
  }
}

/** Mirrors left and right, in place. */
function mirror(image: Uint8Array, [height, width, channels]: ImageShape): void {
  for (let row = 0; row < height; row++) {
    let left = row * width * channels;
    let right = left + (width - 1) * channels;
    for (; left < right; left += channels, right -= channels)
      for (let channel = 0; channel < channels; channel++) {
        const kept = image[left + channel] as number;
        image[left + channel] = image[right + channel] as number;
        image[right + channel] = kept;
      }
  }
}

/**
 * Sets a square to zero. Its centre, row then column, is uniform over the image's pixels, so that a part of the square
 * may lie outside (DeVries and Taylor 2017, arXiv:1708.04552).
 */
function cutOut(
  image: Uint8Array,
  [height, width, channels]: ImageShape,
  side: number,
  random: Stream,
): void {
  const top = random.integer(height) - Math.floor(side / 2);
  const left = random.integer(width) - Math.floor(side / 2);
  const firstColumn = Math.max(0, left) * channels;
  const lastColumn = Math.min(width, left + side) * channels;
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row++)
    image.fill(0, row * width * channels + firstColumn, row * width * channels + lastColumn);
}

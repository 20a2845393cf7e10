/** Batches: the images and labels that one step or one evaluation call consumes, as plain arrays. */
import { createHash } from 'node:crypto';
import { permutation, stream } from '../stream.js';
import type { AugmentSettings } from '../suite/cell.js';
import { augmentInto, brightnessShifts } from './augment.js';
import { type ImageSet, imageSize } from './images.js';

/** Images and labels of one step. */
export interface Batch {
  /** [batch size, height, width, channels], row-major, 0 to 255. */
  images: Uint8Array;
  labels: Int32Array;
  /** A shift for each image, on the scale [0, 1], or null for none: the graph clips x / 255 + shift to [0, 1]. */
  brightness: Float32Array | null;
  /** Images that count. The rest of an evaluation's last batch is black images of class 0, to be left out. */
  count: number;
}

/** How the batches of a training run are made. */
export interface BatchSettings {
  seed: number;
  batchSize: number;
  augment: AugmentSettings;
}

/** Bytes for the images of one batch, to be handed in again and again. */
export type ImageBuffer = Uint8Array<ArrayBuffer>;

/** Training batches of one set; every batch is a pure function of the settings, its epoch and its number. */
export interface EpochBatches {
  /** Batches of one epoch; the last, partial one is dropped. */
  perEpoch: number;
  /** Batch `batch` (from 0) of `epoch` (from 1), its images in `buffer` if one is given. */
  at(epoch: number, batch: number, buffer?: ImageBuffer): Batch;
}

/** The training batches of `set`. The order of one epoch is kept, so reading epoch by epoch is cheap. */
export function epochBatches(set: ImageSet, { seed, batchSize, augment }: BatchSettings): EpochBatches {
  const size = imageSize(set.shape) * batchSize;
  const perEpoch = Math.floor(set.count / batchSize);
  let known: { epoch: number; order: Uint32Array } = { epoch: 0, order: new Uint32Array(0) };
  return {
    perEpoch,
    at(epoch, batch, buffer = new Uint8Array(size)) {
      if (!(batch >= 0 && batch < perEpoch))
        throw new RangeError(`there is no batch ${batch} among ${perEpoch}`);
      if (buffer.length !== size) throw new RangeError(`a batch takes ${size} bytes, not ${buffer.length}`);
      if (known.epoch !== epoch)
        known = { epoch, order: permutation(set.count, stream(seed, 'order', 'epoch', epoch)) };
      const indices = known.order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const place = { seed, epoch, batch };
      augmentInto(buffer, set, indices, augment, place);
      return {
        images: buffer,
        labels: Int32Array.from(indices, (index) => set.labels[index] as number),
        brightness: brightnessShifts(batchSize, augment.brightness, place),
        count: batchSize,
      };
    },
  };
}

/** One training batch by itself, the same as `epochBatches` gives. */
export function trainingBatch(
  set: ImageSet,
  settings: BatchSettings & { epoch: number; batch: number },
): Batch {
  return epochBatches(set, settings).at(settings.epoch, settings.batch);
}

/** The batches of an evaluation: every image once, in order, unchanged; the last batch is filled up. */
export function* evaluationBatches(set: ImageSet, batchSize: number): Generator<Batch> {
  const size = imageSize(set.shape);
  for (let start = 0; start < set.count; start += batchSize) {
    const count = Math.min(batchSize, set.count - start);
    const images = new Uint8Array(batchSize * size);
    images.set(set.images.subarray(start * size, (start + count) * size));
    const labels = new Int32Array(batchSize);
    labels.set(set.labels.subarray(start, start + count));
    yield { images, labels, brightness: null, count };
  }
}

/**
 * What the graph makes of a batch's bytes, float32 in [0, 1]: clip(x / 255 + shift, 0, 1), in single precision. This is
 * the definition; the graph is tested against it.
 */
export function applyBrightness({ images, labels, brightness }: Batch): Float32Array {
  const size = images.length / labels.length;
  return Float32Array.from(images, (byte, at) => {
    const value = Math.fround(byte / 255);
    if (brightness === null) return value;
    const shifted = Math.fround(value + (brightness[Math.floor(at / size)] as number));
    return Math.min(1, Math.max(0, shifted));
  });
}

/** SHA-256 over a batch's bytes: images, labels and brightness shifts, little-endian. Arms of one seed share it. */
export function firstBatchSha256({ images, labels, brightness }: Batch): string {
  const hash = createHash('sha256').update(images).update(bytesOf(labels));
  if (brightness) hash.update(bytesOf(brightness));
  return hash.digest('hex');
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);

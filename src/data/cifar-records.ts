/**
 * The binary layout of CIFAR: records of one or two label bytes, then the red, green and blue plane of one image, row
 * by row. In memory an image is [height, width, channels], as TensorFlow's fast convolutions want it.
 */
import { type ImageSource, imageSource } from './images.js';

const side = 32;
const pixels = side * side;
const channels = 3;

/** How the records begin. */
export interface RecordLayout {
  classes: number;
  /** Bytes before the pixels: 1 in CIFAR-10; 2 in CIFAR-100, coarse and fine. */
  labelBytes: number;
  /** Which of the label bytes is the class. */
  labelAt: number;
}

/**
 * Images from whole files of records, in the order of `readers`. Every file is read now for its labels, and again by
 * each `select` that wants an image of it: 180 MB need not lie in memory for the sake of 2,000 images.
 */
export function cifarSource(readers: readonly (() => Uint8Array)[], layout: RecordLayout): ImageSource {
  const recordBytes = layout.labelBytes + channels * pixels;
  const labels: number[] = [];
  const starts = readers.map((read) => {
    const records = read();
    const start = labels.length;
    for (let at = layout.labelAt; at < records.length; at += recordBytes) labels.push(records[at] as number);
    return start;
  });
  return imageSource(Int32Array.from(labels), [side, side, channels], layout.classes, (indices, target) => {
    readers.forEach((read, file) => {
      const start = starts[file] as number;
      const end = starts[file + 1] ?? labels.length;
      let records: Uint8Array | undefined;
      for (let at = 0; at < indices.length; at++) {
        const index = indices[at] as number;
        if (index < start || index >= end) continue;
        records ??= read();
        interleave(
          records,
          (index - start) * recordBytes + layout.labelBytes,
          target,
          at * channels * pixels,
        );
      }
    });
  });
}

/** Three planes at `from` become pixels of three values at `to`. */
function interleave(planes: Uint8Array, from: number, target: Uint8Array, to: number): void {
  const green = from + pixels;
  const blue = green + pixels;
  for (let pixel = 0, at = to; pixel < pixels; pixel++, at += channels) {
    target[at] = planes[from + pixel] as number;
    target[at + 1] = planes[green + pixel] as number;
    target[at + 2] = planes[blue + pixel] as number;
  }
}

/** The way back, for one label byte: records from RGBA pixels, 1,024 of them for each label. */
export function recordsFromPixels(rgba: Uint8Array, labels: readonly number[]): Uint8Array {
  const recordBytes = 1 + channels * pixels;
  const records = new Uint8Array(labels.length * recordBytes);
  labels.forEach((label, image) => {
    records[image * recordBytes] = label;
    const red = image * recordBytes + 1;
    for (let pixel = 0, at = image * pixels * 4; pixel < pixels; pixel++, at += 4) {
      records[red + pixel] = rgba[at] as number;
      records[red + pixels + pixel] = rgba[at + 1] as number;
      records[red + 2 * pixels + pixel] = rgba[at + 2] as number;
    }
  });
  return records;
}

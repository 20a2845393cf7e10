/**
 * The binary layout of CIFAR: records of one or two label bytes, then the red, green and blue plane of one image, row
 * by row. In memory an image is [height, width, channels], as TensorFlow's fast convolutions want it.
 */
import { join } from 'node:path';
import { emptyImages, type ImageSource } from './images.js';
import { readInto, type StoredFile } from './stored.js';

const side = 32;
const pixels = side * side;
const shape = [side, side, 3] as const;

/** How the records of a file begin. */
export interface RecordLayout {
  classes: number;
  /** Bytes before the pixels: 1 in CIFAR-10; 2 in CIFAR-100, coarse and fine. */
  labelBytes: number;
  /** Which of the label bytes is the class. */
  labelAt: number;
}

/** Opens files of CIFAR records in `folder`, verified by the caller. Labels are read now, pixels by `select`. */
export function cifarSource(folder: string, files: readonly StoredFile[], layout: RecordLayout): ImageSource {
  const recordBytes = layout.labelBytes + 3 * pixels;
  const starts = files.map((_, at) =>
    files.slice(0, at).reduce((sum, file) => sum + file.bytes / recordBytes, 0),
  );
  const count = files.reduce((sum, file) => sum + file.bytes / recordBytes, 0);
  const largest = Math.max(...files.map((file) => file.bytes));
  const labels = new Int32Array(count);
  eachFile((records, start) => {
    for (let at = layout.labelAt, index = start; at < records.length; at += recordBytes, index++)
      labels[index] = records[at] as number;
  });

  function eachFile(visit: (records: Uint8Array, start: number) => void, wanted?: readonly boolean[]) {
    const buffer = Buffer.allocUnsafeSlow(largest);
    files.forEach((file, at) => {
      if (wanted?.[at] !== false) visit(readInto(join(folder, file.name), buffer), starts[at] as number);
    });
  }

  return {
    labels,
    count,
    shape,
    classes: layout.classes,
    select(indices) {
      const set = emptyImages(indices.length, shape, layout.classes);
      const wanted = files.map(() => false);
      for (let target = 0; target < indices.length; target++) {
        const index = indices[target] as number;
        if (!(index >= 0 && index < count)) throw new RangeError(`there is no image ${index} among ${count}`);
        set.labels[target] = labels[index] as number;
        wanted[starts.findLastIndex((start) => start <= index)] = true;
      }
      eachFile((records, start) => {
        const end = start + records.length / recordBytes;
        for (let target = 0; target < indices.length; target++) {
          const index = indices[target] as number;
          if (index < start || index >= end) continue;
          interleave(
            records,
            (index - start) * recordBytes + layout.labelBytes,
            set.images,
            target * 3 * pixels,
          );
        }
      }, wanted);
      return set;
    },
  };
}

/** Three planes at `from` become pixels of three values at `to`. */
function interleave(planes: Uint8Array, from: number, target: Uint8Array, to: number): void {
  const green = from + pixels;
  const blue = green + pixels;
  for (let pixel = 0, at = to; pixel < pixels; pixel++, at += 3) {
    target[at] = planes[from + pixel] as number;
    target[at + 1] = planes[green + pixel] as number;
    target[at + 2] = planes[blue + pixel] as number;
  }
}

/** Builds records of one label byte from RGBA pixels, one image a row of `pixels` pixels: the layout's other way. */
export function recordsFromRows(rgba: Uint8Array, labels: readonly number[]): Uint8Array {
  const recordBytes = 1 + 3 * pixels;
  const records = new Uint8Array(labels.length * recordBytes);
  labels.forEach((label, row) => {
    const record = row * recordBytes;
    records[record] = label;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = (row * pixels + pixel) * 4;
      records[record + 1 + pixel] = rgba[at] as number;
      records[record + 1 + pixels + pixel] = rgba[at + 1] as number;
      records[record + 1 + 2 * pixels + pixel] = rgba[at + 2] as number;
    }
  });
  return records;
}

/**
 * Images made on the spot, for tests and trials without a download: each class is a soft coloured blob at a place of its
 * own, moved about, over noise. The pixels depend on nothing but the settings.
 */
import { stream } from '../stream.js';
import { type DataSet, type ImageShape, type ImageSource, imageSize, imageSource } from './images.js';

/** How many images of what size to make. */
export interface SyntheticSettings {
  shape: ImageShape;
  classes: number;
  train: number;
  test: number;
}

/** Both parts of the made data set; classes take turns, so every part is balanced. */
export function syntheticDataSet(settings: SyntheticSettings): Pick<DataSet, 'train' | 'test'> {
  const { train, test } = settings;
  return { train: partOf('train', train, settings), test: partOf('test', test, settings) };
}

/** Noise is cut from one table, at a place drawn for each image: drawing every pixel would take seconds. */
const noiseTable = 1 << 16;
const largestNoise = 96;

function partOf(part: string, count: number, { shape, classes }: SyntheticSettings): ImageSource {
  const [height, width, channels] = shape;
  const looks = stream(0, 'synthetic', 'class');
  const table = stream(0, 'synthetic', 'noise');
  const places = stream(0, 'synthetic', part);
  const kinds = Array.from({ length: classes }, () => ({
    row: height * (0.25 + 0.5 * looks.uniform()),
    column: width * (0.25 + 0.5 * looks.uniform()),
    brilliance: Float64Array.from({ length: channels }, () => 16 + looks.integer(128)),
  }));
  const noise = Uint8Array.from({ length: noiseTable }, () => table.integer(largestNoise));
  const drawn = Array.from({ length: count }, () => ({
    down: height * 0.25 * (places.uniform() - places.uniform()),
    right: width * 0.25 * (places.uniform() - places.uniform()),
    noiseAt: places.integer(noiseTable),
  }));
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
  const spread = 2 * (0.12 * Math.max(height, width)) ** 2;
  return imageSource(labels, shape, classes, (indices, target) => {
    const size = imageSize(shape);
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at] as number;
      const { down, right, noiseAt } = drawn[index] as (typeof drawn)[number];
      const kind = kinds[labels[index] as number] as (typeof kinds)[number];
      const rows = fade(height, kind.row + down, spread);
      const columns = fade(width, kind.column + right, spread);
      for (let row = 0, byte = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const shade = (rows[row] as number) * (columns[column] as number);
          for (let channel = 0; channel < channels; channel++, byte++)
            target[at * size + byte] =
              (noise[(noiseAt + byte) % noiseTable] as number) +
              Math.floor(shade * (kind.brilliance[channel] as number) + 0.5);
        }
    }
  });
}

/** A bell curve around `centre`, sampled at 0 .. length - 1: a blob is the product of two. */
function fade(length: number, centre: number, spread: number): Float64Array {
  return Float64Array.from({ length }, (_, at) => Math.exp(-((at - centre) ** 2) / spread));
}

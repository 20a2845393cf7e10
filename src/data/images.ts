/** Labelled images in memory, and the promise of them: what every data set looks like once it is open. */

/** Height, width and channels of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Images and their labels, ready for use. The images lie in shared memory, so that a worker sees them uncopied. */
export interface ImageSet {
  /** [count, height, width, channels], row-major, 0 to 255. */
  images: Uint8Array;
  /** Class of each image, 0 to classes - 1. */
  labels: Int32Array;
  count: number;
  shape: ImageShape;
  classes: number;
}

/** The images of one part of a data set: labels at once, pixels for the images that somebody needs. */
export interface ImageSource {
  labels: Int32Array;
  count: number;
  shape: ImageShape;
  classes: number;
  /** Reads the images at `indices`, in that order. */
  select(indices: ArrayLike<number>): ImageSet;
}

/** An open data set, verified. */
export interface DataSet {
  name: string;
  train: ImageSource;
  test: ImageSource;
  /** The identity of the data, see `DataSetInfo.sha256`. */
  sha256: string;
}

/** A source whose pixels `copy` writes into [indices.length, height, width, channels], for indices that exist. */
export function imageSource(
  labels: Int32Array,
  shape: ImageShape,
  classes: number,
  copy: (indices: ArrayLike<number>, target: Uint8Array) => void,
): ImageSource {
  const count = labels.length;
  return {
    labels,
    count,
    shape,
    classes,
    select(indices) {
      const set = emptyImages(indices.length, shape, classes);
      for (let at = 0; at < indices.length; at++) {
        const label = labels[indices[at] as number];
        if (label === undefined) throw new RangeError(`there is no image ${indices[at]} among ${count}`);
        set.labels[at] = label;
      }
      copy(indices, set.images);
      return set;
    },
  };
}

/** Bytes of one image. */
export function imageSize([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

/** An image set of `count` black images of class 0, to be filled. */
export function emptyImages(count: number, shape: ImageShape, classes: number): ImageSet {
  return {
    images: new Uint8Array(new SharedArrayBuffer(count * imageSize(shape))),
    labels: new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT)),
    count,
    shape,
    classes,
  };
}

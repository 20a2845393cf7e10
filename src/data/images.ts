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

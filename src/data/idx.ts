/** The IDX layout of MNIST and its successors: a short header, then bytes, images row by row. */
import { type ImageSource, imageSource } from './images.js';

const labelMagic = 0x0801;
const imageMagic = 0x0803;

/** Grey images from one file of images, read again by each `select`, and one file of labels, read now. */
export function idxSource(
  readImages: () => Uint8Array,
  readLabels: () => Uint8Array,
  classes: number,
): ImageSource {
  // A copy: readers share their buffer.
  const labels = Int32Array.from(bodyOf(readLabels(), labelMagic, 1).body);
  const { sizes } = bodyOf(readImages(), imageMagic, 3);
  const [count = 0, height = 0, width = 0] = sizes;
  if (count !== labels.length) throw new Error(`there are ${count} images and ${labels.length} labels`);
  const size = height * width;
  return imageSource(labels, [height, width, 1], classes, (indices, target) => {
    const { body } = bodyOf(readImages(), imageMagic, 3);
    for (let at = 0; at < indices.length; at++) {
      const from = (indices[at] as number) * size;
      target.set(body.subarray(from, from + size), at * size);
    }
  });
}

/** The sizes in the header and what follows it. Throws an `Error` when they do not fit. */
function bodyOf(file: Uint8Array, magic: number, dimensions: number): { sizes: number[]; body: Uint8Array } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0) !== magic) throw new Error(`the file is not IDX with ${dimensions} dimensions`);
  const sizes = Array.from({ length: dimensions }, (_, at) => view.getUint32(4 * (at + 1)));
  const body = file.subarray(4 * (dimensions + 1));
  const length = sizes.reduce((product, size) => product * size, 1);
  if (body.length !== length) throw new Error(`the file holds ${body.length} bytes instead of ${length}`);
  return { sizes, body };
}

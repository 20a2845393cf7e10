/**
 * A convolution that makes the shortcut of a block from every so manieth pixel picks these pixels itself, so that they are
 * not copied first.
 */
import {
  attributeOf,
  attributesWith,
  type Fusion,
  outputsOf,
  type RecordedNode,
  type Replaced,
  same,
  type Uses,
  type Value,
} from '../recorded-graph.js';

/** The operations that can, and the number of the input that they pick from. */
const sources = new Map([
  ['SambenchResidualProject', 4],
  ['SambenchResidualProjectGrad', 5],
]);

export const sampledSource: Fusion = (nodes, uses) => {
  const replaced: Replaced = new Map();
  for (const sampling of nodes) {
    const stride = strideOf(sampling);
    const readers = stride > 1 ? readersOf(sampling, uses) : [];
    for (const reader of readers) {
      const picking: RecordedNode = {
        ...reader,
        attributes: attributesWith(reader, { stride }),
        inputs: reader.inputs.map((input, index) =>
          index === sources.get(reader.type) ? (sampling.inputs[0] as Value) : input,
        ),
      };
      replaced.set(reader, outputsOf(picking, 0, reader.outputs.length));
    }
  }
  return replaced;
};

/** All that read the sampled pixels, where they are of the kind that can pick pixels, and read all; otherwise nothing. */
function readersOf(sampling: RecordedNode, uses: Uses): RecordedNode[] {
  const readers: RecordedNode[] = [];
  for (const reader of uses(sampling, 0)) {
    const position = reader ? sources.get(reader.type) : undefined;
    if (!reader || position === undefined || attributeOf(reader, 'stride') !== 1) return [];
    if (!same(reader.inputs[position], { node: sampling, index: 0 })) return [];
    readers.push(reader);
  }
  return readers;
}

/** The stride of an average over single pixels, which picks them (operations/pool.ts); 1 for all else. */
function strideOf(node: RecordedNode): number {
  if (node.type !== 'AvgPool') return 1;
  const lengths = attributeOf(node, 'ksize') as readonly number[];
  const [images, rows = 1, columns, channels] = attributeOf(node, 'strides') as readonly number[];
  const picks = lengths.every((length) => length === 1) && attributeOf(node, 'data_format') === 'NHWC';
  return picks && images === 1 && channels === 1 && rows === columns ? rows : 1;
}

/**
 * A normalization whose result only a 1x1 convolution reads happens inside the operation of that convolution: what was
 * normalized never goes to the memory, and its gradient is summed up while it is in the cache (native/inner_gradient.h).
 */
import { backend } from '../backend.js';
import {
  attributeOf,
  type Fusion,
  outputsOf,
  type RecordedNode,
  type Replaced,
  same,
  type Uses,
  type Value,
} from '../recorded-graph.js';

/** The operations of such convolutions and of their gradients, and what they are called with a normalization inside. */
const projections = new Map([
  ['SambenchProject', 'SambenchNormalizedProject'],
  ['SambenchResidualProject', 'SambenchNormalizedResidualProject'],
]);
const gradients = new Map([
  ['SambenchProjectGrad', 'SambenchNormalizedProjectGrad'],
  ['SambenchResidualProjectGrad', 'SambenchNormalizedResidualProjectGrad'],
]);

export const normalizedInput: Fusion = (nodes, uses) => {
  const replaced: Replaced = new Map();
  for (const normalization of nodes) {
    const readers = readersOf(normalization, uses);
    if (!readers) continue;
    const { projection, gradient } = readers;
    const [x, scale, offset] = normalization.inputs as [Value, Value, Value];
    const fused = withInner(projection, projections, normalization, x, [scale, offset]);
    const own = projection.outputs.length;
    replaced.set(projection, outputsOf(fused, 0, own));
    replaced.set(normalization, [undefined, ...outputsOf(fused, own, own + 2)]);
    if (!gradient) continue;
    const statistics = outputsOf(normalization, 1, 3);
    const before = [scale, offset, ...statistics];
    const joined = withInner(gradient.ofProjection, gradients, gradient.ofNormalization, x, before);
    const last = gradient.ofProjection.outputs.length;
    replaced.set(gradient.ofProjection, [undefined, ...outputsOf(joined, 1, last)]);
    replaced.set(gradient.ofNormalization, [
      ...outputsOf(joined, 0, 1),
      ...outputsOf(joined, last, last + 2),
    ]);
  }
  return replaced;
};

/** The one convolution that reads what `normalization` gives, and the gradients of both where they were recorded. */
function readersOf(
  normalization: RecordedNode,
  uses: Uses,
): {
  projection: RecordedNode;
  gradient?: { ofProjection: RecordedNode; ofNormalization: RecordedNode };
} | null {
  if (normalization.type !== 'SambenchNormalize' || attributeOf(normalization, 'shortcuts') !== 0)
    return null;
  if (attributeOf(normalization, 'rectify') !== true) return null;
  const readers = uses(normalization, 0);
  const projection = readers.find((node) => node && projections.has(node.type));
  if (!projection || !same(projection.inputs[0], { node: normalization, index: 0 })) return null;
  const others = readers.filter((node) => node !== projection);
  if (readers.length !== others.length + 1 || others.length > 1) return null;
  if (others.length === 0) return { projection };
  const [ofProjection] = others;
  if (!ofProjection || !gradients.has(ofProjection.type)) return null;
  const reads = ofProjection.inputs.filter(({ node }) => node === projection);
  if (reads.length === 0 || !same(ofProjection.inputs[1], { node: normalization, index: 0 })) return null;
  const [ofNormalization, ...more] = uses(ofProjection, 0);
  if (ofNormalization?.type !== 'SambenchNormalizeGrad' || more.length > 0) return null;
  const expected = [
    { node: ofProjection, index: 0 },
    ...normalization.inputs,
    ...outputsOf(normalization, 1, 3),
  ];
  if (!expected.every((value, index) => same(ofNormalization.inputs[index], value))) return null;
  return { projection, gradient: { ofProjection, ofNormalization } };
}

/** `node` that reads `x` before its normalization, which `normalization` has the settings of, with `inner` inputs more. */
function withInner(
  node: RecordedNode,
  types: ReadonlyMap<string, string>,
  normalization: RecordedNode,
  x: Value,
  inner: readonly Value[],
): RecordedNode {
  const position = types === projections ? 0 : 1;
  const epsilon = Number(attributeOf(normalization, 'epsilon'));
  const vector = normalization.outputs[1];
  if (!vector) throw new Error('a normalization without statistics');
  return {
    type: types.get(node.type) as string,
    attributes: [
      ...node.attributes,
      { name: 'inner_epsilon', type: backend().binding.TF_ATTR_FLOAT, value: epsilon },
    ],
    inputs: [...node.inputs.map((input, index) => (index === position ? x : input)), ...inner],
    outputs: [...node.outputs, vector, vector],
  };
}

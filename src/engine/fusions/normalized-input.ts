/**
 * The normalization between a 3x3 and a 1x1 convolution is left to these: the one before it tells the moments, the one after it
 * normalizes what it reads, chunk by chunk, and its gradient takes that of the normalization along (native/inner_gradient.h).
 */
import {
  alike,
  attributeOf,
  type Fusion,
  onlyReader,
  outputsOf,
  type RecordedNode,
  type Replaced,
  renamed,
  same,
  sameAll,
  type Uses,
  type Value,
} from '../recorded-graph.js';

/** The operations whose results are normalized, and what they are called where they tell the moments of these, too. */
const convolutions = new Map([
  ['SambenchConvolution', 'SambenchMeasuredConvolution'],
  ['SambenchStridedConvolution', 'SambenchMeasuredStridedConvolution'],
]);

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
    // What two normalizations read would be computed twice.
    if (!readers || replaced.has(convolutionOf(normalization))) continue;
    const { projection, gradient } = readers;
    const measured = measuring(normalization);
    replaced.set(convolutionOf(normalization), outputsOf(measured, 0, 1));
    replaced.set(normalization, [undefined, ...outputsOf(measured, 1, 3)]);
    const fused = withInner(projection, projections, normalization, measured);
    replaced.set(projection, outputsOf(fused, 0, projection.outputs.length));
    if (!gradient) continue;
    const joined = withInner(gradient.ofProjection, gradients, normalization, measured);
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
  if (attributeOf(normalization, 'rectify') !== true || !convolutions.has(convolutionOf(normalization).type))
    return null;
  const readers = uses(normalization, 0);
  const projection = readers.find((node) => node && projections.has(node.type));
  if (!projection || !same(projection.inputs[0], { node: normalization, index: 0 })) return null;
  const others = readers.filter((node) => node !== projection);
  if (readers.length !== others.length + 1 || others.length > 1) return null;
  if (others.length === 0) return { projection };
  const [ofProjection] = others;
  if (!ofProjection || !gradients.has(ofProjection.type)) return null;
  if (!same(ofProjection.inputs.at(-1), { node: projection, index: 3 })) return null;
  if (!sameAll(ofProjection.inputs.slice(1, 5), projection.inputs.slice(0, 4))) return null;
  const ofNormalization = onlyReader(ofProjection, uses);
  if (ofNormalization?.type !== 'SambenchNormalizeGrad') return null;
  const read = [{ node: ofProjection, index: 0 }, ...normalization.inputs, ...outputsOf(normalization, 1, 3)];
  if (!sameAll(ofNormalization.inputs, read)) return null;
  if (!alike(normalization, ofNormalization, ['epsilon', 'rectify', 'shortcuts'])) return null;
  if (!alike(projection, ofProjection, ['epsilon', 'rectify'])) return null;
  return { projection, gradient: { ofProjection, ofNormalization } };
}

function convolutionOf(normalization: RecordedNode): RecordedNode {
  return (normalization.inputs[0] as Value).node;
}

/** The convolution before `normalization`, with the moments of its result. */
function measuring(normalization: RecordedNode): RecordedNode {
  const convolution = convolutionOf(normalization);
  return {
    ...convolution,
    type: convolutions.get(convolution.type) as string,
    outputs: [...convolution.outputs, ...normalization.outputs.slice(1)],
  };
}

/** `node` that reads what `measured` gives instead of what `normalization` makes of it. */
function withInner(
  node: RecordedNode,
  types: ReadonlyMap<string, string>,
  normalization: RecordedNode,
  measured: RecordedNode,
): RecordedNode {
  const [x, mean, variance] = outputsOf(measured, 0, 3) as [Value, Value, Value];
  const [, scale, offset] = normalization.inputs as [Value, Value, Value];
  const vectors = types === gradients ? measured.outputs.slice(1) : [];
  return {
    type: types.get(node.type) as string,
    attributes: [...node.attributes, renamed(normalization, 'epsilon', 'inner_epsilon')],
    inputs: [
      ...node.inputs.map((input) => (same(input, { node: normalization, index: 0 }) ? x : input)),
      ...[scale, offset, mean, variance],
    ],
    outputs: [...node.outputs, ...vectors],
  };
}

/**
 * The gradient of a 3x3 convolution sums up what it gives for the normalization before that convolution, while it is in the cache:
 * the gradient of the latter, part of that of a 1x1 convolution, then reads it once instead of twice.
 */
import {
  attributeOf,
  type Fusion,
  onlyReader,
  outputsOf,
  type RecordedNode,
  type Replaced,
  renamed,
  type Uses,
  type Value,
} from '../recorded-graph.js';

export const measuredGradient: Fusion = (nodes, uses) => {
  const replaced: Replaced = new Map();
  for (const convolution of nodes) {
    const projection = readerOf(convolution, uses);
    if (!projection) continue;
    const [dy, kernel] = convolution.inputs as [Value, Value];
    const [, , , scale, offset, mean, variance, z] = projection.inputs as Value[];
    const vector = projection.outputs[2] as RecordedNode['outputs'][number];
    const measured: RecordedNode = {
      type: 'SambenchMeasuredConvolutionInputGrad',
      attributes: [...convolution.attributes, renamed(projection, 'epsilon', 'epsilon')],
      inputs: [dy, kernel, z, scale, offset, mean, variance] as Value[],
      outputs: [...convolution.outputs, vector, vector],
    };
    const informed: RecordedNode = {
      ...projection,
      type: 'SambenchMeasuredBranchingProjectGrad',
      inputs: [...projection.inputs, ...outputsOf(measured, 1, 3)],
    };
    replaced.set(convolution, outputsOf(measured, 0, 1));
    replaced.set(projection, outputsOf(informed, 0, projection.outputs.length));
  }
  return replaced;
};

/** The gradient of a 1x1 convolution that alone reads what `convolution` gives, and goes over it for sums first; else null. */
function readerOf(convolution: RecordedNode, uses: Uses): RecordedNode | null {
  if (convolution.type !== 'SambenchConvolutionInputGrad') return null;
  const reader = onlyReader(convolution, uses);
  if (reader?.type !== 'SambenchBranchingProjectGrad') return null;
  if (reader.inputs[0]?.node !== convolution || attributeOf(reader, 'rectify') !== true) return null;
  const product = reader.inputs[7];
  // Where the product is not kept, there is only one pass.
  return product?.node.outputs[product.index]?.shape?.length === 4 ? reader : null;
}

/** A batch normalization whose result only the mean over the image reads, as networks end: one operation of our own. */
import {
  alike,
  attributeOf,
  type Fusion,
  onlyReader,
  outputsOf,
  type RecordedNode,
  type Replaced,
  sameAll,
  type Uses,
  type Value,
} from '../recorded-graph.js';

/**
 * Makes one node of SambenchNormalize and the AvgPool over the whole image after it, and one of the two nodes of their
 * gradient: see native/pool.cc. Both or none are fused, as otherwise what was normalized would be computed twice.
 */
export const pooledNormalization: Fusion = (nodes, uses) => {
  const replaced: Replaced = new Map();
  for (const node of nodes) {
    if (node.type !== 'SambenchNormalize' || attributeOf(node, 'shortcuts') !== 0) continue;
    for (const [each, values] of fused(node, uses)) replaced.set(each, values);
  }
  return replaced;
};

/** What replaces `forward` and the nodes around it; nothing where they are not what can be fused. */
function fused(forward: RecordedNode, uses: Uses): Replaced {
  const none: Replaced = new Map();
  const [x, scale, offset] = forward.inputs;
  const [y, mean, variance] = forward.outputs;
  const pool = onlyReader(forward, uses);
  const shape = x && shapeOf(x);
  if (!x || !scale || !offset || !y || !mean || !variance || shape?.length !== 4) return none;
  if (pool?.type !== 'AvgPool' || !poolsWhole(pool, shape)) return none;

  const [batch = 0, , , channels = 0] = shape;
  const pooled = { dtype: y.dtype, shape: [batch, 1, 1, channels] };
  const attributes = forward.attributes.filter(({ name }) => name !== 'shortcuts');
  const type = 'SambenchNormalizeAndPool';
  const node: RecordedNode = {
    type,
    attributes,
    inputs: [x, scale, offset],
    outputs: [pooled, mean, variance],
  };
  const replaced: Replaced = new Map([
    [forward, [undefined, ...outputsOf(node, 1, 3)]],
    [pool, outputsOf(node, 0, 1)],
  ]);

  const gradients = [1, 2]
    .flatMap((index) => uses(forward, index))
    .filter((user) => user?.type === 'SambenchNormalizeGrad') as RecordedNode[];
  for (const gradient of new Set(gradients)) {
    const spread = gradient.inputs[0]?.node;
    const kept = [x, scale, offset, ...outputsOf(forward, 1, 3)];
    const dpooled = spread?.inputs[1];
    if (!spread || !dpooled || !sameAll(gradient.inputs.slice(1), kept)) return none;
    if (spread.type !== 'AvgPoolGrad' || !poolsWhole(spread, shape)) return none;
    if (
      onlyReader(spread, uses) !== gradient ||
      !alike(gradient, forward, ['shortcuts', 'epsilon', 'rectify'])
    )
      return none;
    const inputs = [dpooled, x, scale, offset, ...outputsOf(node, 1, 3)];
    const { outputs } = gradient;
    const fusedGradient: RecordedNode = { type: `${type}Grad`, attributes, inputs, outputs };
    replaced.set(spread, [undefined]);
    replaced.set(gradient, outputsOf(fusedGradient, 0, outputs.length));
  }
  return replaced;
}

/** Whether a pooling, or its gradient, takes all pixels of images of this shape at once. */
function poolsWhole(pool: RecordedNode, [, height, width]: readonly number[]): boolean {
  const ksize = attributeOf(pool, 'ksize');
  const whole = [1, height, width, 1];
  return (
    attributeOf(pool, 'padding') === 'VALID' &&
    attributeOf(pool, 'data_format') === 'NHWC' &&
    Array.isArray(ksize) &&
    ksize.length === whole.length &&
    whole.every((length, axis) => length === ksize[axis])
  );
}

function shapeOf({ node, index }: Value): readonly number[] | null | undefined {
  return node.outputs[index]?.shape;
}

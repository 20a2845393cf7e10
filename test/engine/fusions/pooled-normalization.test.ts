import { describe, expect, it } from 'vitest';
import type { NativeAttribute } from '../../../src/engine/backend.js';
import { pooledNormalization } from '../../../src/engine/fusions/pooled-normalization.js';
import type { RecordedNode, Replaced, Uses, Value } from '../../../src/engine/recorded-graph.js';

const float = 1;
const images = [128, 8, 6, 256];
const pooled = [128, 1, 1, 256];
const channels = [256];

function node(
  type: string,
  attributes: Record<string, unknown>,
  inputs: Value[],
  shapes: (readonly number[] | null)[],
): RecordedNode {
  return {
    type,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, type: 0, value })),
    inputs,
    outputs: shapes.map((shape) => ({ dtype: float, shape })),
  };
}

const value = (of: RecordedNode, index = 0): Value => ({ node: of, index });

/** Deviations of the nodes below from what is fused. */
interface Given {
  shape?: readonly number[] | null;
  forward?: Record<string, unknown>;
  pool?: Record<string, unknown>;
  spread?: Record<string, unknown>;
  gradient?: Record<string, unknown>;
  /** Another input x of the gradient. */
  stranger?: boolean;
}

const normalization = { shortcuts: 0, epsilon: 1e-3, rectify: true };
const pooling = {
  ksize: [1, 8, 6, 1],
  strides: [1, 1, 1, 1],
  padding: 'VALID',
  data_format: 'NHWC',
};

/** The head of a network and, apart, its gradient. */
function head({
  shape = images,
  forward: more,
  pool: other,
  spread: spreads,
  gradient,
  stranger,
}: Given = {}) {
  const source = node('Source', {}, [], [shape, channels, channels, pooled, images]);
  const [x, scale, offset, dpooled] = [0, 1, 2, 3].map((index) => value(source, index)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const normalize = { ...normalization, ...more };
  const forward = node('SambenchNormalize', normalize, [x, scale, offset], [shape, channels, channels]);
  const pool = node('AvgPool', { ...pooling, ...other }, [value(forward)], [pooled]);
  const lengths = node('Const', {}, [], [[4]]);
  const spread = node('AvgPoolGrad', { ...pooling, ...spreads }, [value(lengths), dpooled], [images]);
  const read = stranger ? value(source, 4) : x;
  const kept = [value(spread), read, scale, offset, value(forward, 1), value(forward, 2)];
  const outputs = [images, channels, channels];
  const backward = node('SambenchNormalizeGrad', { ...normalization, ...gradient }, kept, outputs);
  return { source, lengths, forward, pool, spread, backward, x, scale, offset, dpooled };
}

/** What the fusion makes of `nodes`, of which `results` are the function's own. */
function fuse(nodes: readonly RecordedNode[], results: readonly Value[] = []): Replaced {
  const uses: Uses = (of, index) => [
    ...nodes.filter(({ inputs }) => inputs.some((each) => each.node === of && each.index === index)),
    ...results.filter((each) => each.node === of && each.index === index).map(() => null),
  ];
  return pooledNormalization(nodes, uses);
}

const all = ({ source, lengths, forward, pool, spread, backward }: ReturnType<typeof head>) => [
  source,
  lengths,
  forward,
  pool,
  spread,
  backward,
];

const named = (attributes: readonly NativeAttribute[]) =>
  Object.fromEntries(attributes.map(({ name, value: given }) => [name, given]));

describe('a normalization and the mean over the image after it', () => {
  it('become one node, and their gradient another', () => {
    const given = head();
    const { forward, pool, spread, backward, x, scale, offset, dpooled } = given;
    const replaced = fuse(all(given), [value(pool), value(forward, 1), value(backward)]);
    expect(new Set(replaced.keys())).toEqual(new Set([forward, pool, spread, backward]));

    const fused = replaced.get(pool)?.[0]?.node as RecordedNode;
    expect(fused.type).toBe('SambenchNormalizeAndPool');
    expect(named(fused.attributes)).toEqual({ epsilon: 1e-3, rectify: true });
    expect(fused.inputs).toEqual([x, scale, offset]);
    expect(fused.outputs.map(({ shape }) => shape)).toEqual([pooled, channels, channels]);
    expect(replaced.get(forward)).toEqual([undefined, value(fused, 1), value(fused, 2)]);

    const gradient = replaced.get(backward)?.[0]?.node as RecordedNode;
    expect(gradient.type).toBe('SambenchNormalizeAndPoolGrad');
    expect(named(gradient.attributes)).toEqual({ epsilon: 1e-3, rectify: true });
    expect(gradient.inputs).toEqual([dpooled, x, scale, offset, value(fused, 1), value(fused, 2)]);
    expect(gradient.outputs).toEqual(backward.outputs);
    expect(replaced.get(backward)).toEqual([0, 1, 2].map((index) => value(gradient, index)));
    expect(replaced.get(spread)).toEqual([undefined]);
  });

  it('become one node where there is no gradient', () => {
    const { source, forward, pool } = head();
    const replaced = fuse([source, forward, pool], [value(pool)]);
    expect([...replaced.keys()]).toEqual([forward, pool]);
  });

  it('are fused wherever they are', () => {
    const [first, second] = [head(), head({ forward: { rectify: false }, gradient: { rectify: false } })];
    const replaced = fuse([...all(first), ...all(second)]);
    expect(replaced.size).toBe(8);
    const fused = replaced.get(second.pool)?.[0]?.node as RecordedNode;
    expect(named(fused.attributes).rectify).toBe(false);
  });

  const others: [string, Given][] = [
    ['a shortcut', { forward: { shortcuts: 1 } }],
    ['images of unknown size', { shape: null }],
    ['a mean of parts of the image', { pool: { ksize: [1, 4, 6, 1] } }],
    ['a mean that goes beyond the image', { pool: { padding: 'SAME' } }],
    ['channels before pixels', { pool: { data_format: 'NCHW' } }],
    ['a gradient of parts of the image', { spread: { ksize: [1, 8, 3, 1] } }],
    ['a gradient of another input', { stranger: true }],
    ['a gradient without the rectifier', { gradient: { rectify: false } }],
    ['a gradient with another epsilon', { gradient: { epsilon: 1e-5 } }],
  ];

  it.each(others)('stay as they are with %s', (_, deviation) => {
    expect(fuse(all(head(deviation))).size).toBe(0);
  });

  it('stay as they are where something else reads what was normalized', () => {
    const given = head();
    const reader = node('Relu', {}, [value(given.forward)], [images]);
    expect(fuse([...all(given), reader]).size).toBe(0);
    expect(fuse(all(given), [value(given.forward)]).size).toBe(0);
  });

  it('stay as they are where something else reads the gradient of what was normalized', () => {
    const given = head();
    const reader = node('Relu', {}, [value(given.spread)], [images]);
    expect(fuse([...all(given), reader]).size).toBe(0);
    expect(fuse(all(given), [value(given.spread)]).size).toBe(0);
  });

  it('stay as they are where the gradient is not that of a mean', () => {
    const given = head();
    const elsewhere = [value(given.source, 4), ...given.backward.inputs.slice(1)];
    const backward = { ...given.backward, inputs: elsewhere };
    expect(fuse([given.source, given.forward, given.pool, backward]).size).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { normalizedInput } from '../../../src/engine/fusions/normalized-input.js';
import { attributeOf, type RecordedNode, type Value } from '../../../src/engine/recorded-graph.js';
import { fusedWith, node, value, values } from './nodes.js';

const narrow = [8, 4, 4, 16];
const wide = [8, 4, 4, 32];
const kernel = [1, 1, 16, 32];
const [few, many] = [[16], [32]];

/** Deviations from what is fused. */
interface Given {
  convolution?: string;
  rectify?: boolean;
  residual?: boolean;
  /** Epsilon of the gradient of the normalization, and that of the 1x1 convolution's. */
  epsilon?: number;
  outerEpsilon?: number;
}

/** A 3x3 convolution, a normalization, a 1x1 convolution with its own, and the gradients of the latter two. */
function given({
  convolution = 'SambenchConvolution',
  rectify = true,
  residual = false,
  epsilon = 0.25,
  outerEpsilon = 0.5,
}: Given = {}) {
  const inputs = node('Inputs', {}, [], [narrow, [3, 3, 16, 16], few, few, kernel, many, many, wide, kernel]);
  const [x, taps, scale, offset, weights, outerScale, outerOffset, beside, source] = values(
    inputs,
  ) as Value[];
  const convolved = node(convolution, {}, [x, taps] as Value[], [narrow]);
  const inner = { shortcuts: 0, epsilon: 0.25, rectify };
  const vectors = [scale, offset] as Value[];
  const normalized = node('SambenchNormalize', inner, [value(convolved), ...vectors], [narrow, few, few]);
  const outer = { ...(residual ? { stride: 1 } : { shortcuts: 1 }), epsilon: 0.5, rectify: true };
  const around = (residual ? [beside, source] : [beside]) as Value[];
  const weighted = [weights, outerScale, outerOffset] as Value[];
  const type = residual ? 'SambenchResidualProject' : 'SambenchProject';
  const projected = node(type, outer, [value(normalized), ...weighted, ...around], [wide, many, many, wide]);
  const [y, mean, variance, z] = values(projected) as Value[];
  const kept = [value(normalized), ...weighted, ...(residual ? around : []), y, mean, variance, z] as Value[];
  const shapes = [narrow, kernel, many, many, ...(residual ? [wide, kernel] : [wide])];
  const gradient = node(
    `${type}Grad`,
    { ...outer, epsilon: outerEpsilon },
    [beside as Value, ...kept],
    shapes,
  );
  const back = [value(gradient), value(convolved), ...vectors, value(normalized, 1), value(normalized, 2)];
  const before = node('SambenchNormalizeGrad', { ...inner, epsilon }, back, [narrow, few, few]);
  return { convolved, normalized, projected, gradient, before, vectors };
}

const everything = ({ projected, gradient, before, normalized }: ReturnType<typeof given>) => [
  value(projected),
  value(normalized, 1),
  value(normalized, 2),
  ...values(gradient).slice(1),
  ...values(before),
];

const only = (nodes: readonly RecordedNode[]): RecordedNode => {
  expect(nodes).toHaveLength(1);
  return nodes[0] as RecordedNode;
};

describe('a normalization between a 3x3 and a 1x1 convolution', () => {
  const ways = [
    ['with a shortcut', false, 'SambenchNormalizedProject'],
    ['whose shortcut is a convolution', true, 'SambenchNormalizedResidualProject'],
  ] as const;

  it.each(ways)('is left to these, its gradient to that of the latter, %s', (_, residual, type) => {
    const nodes = given({ residual });
    const { types, results, byType } = fusedWith(normalizedInput, everything(nodes));
    expect(types).toEqual(['Inputs', 'SambenchMeasuredConvolution', type, `${type}Grad`]);
    const [measured, fused, gradient] = [types[1], type, `${type}Grad`].map((each) =>
      only(byType(each as string)),
    ) as [RecordedNode, RecordedNode, RecordedNode];
    expect(measured.outputs.map(({ shape }) => shape)).toEqual([narrow, few, few]);

    const inner = [...nodes.vectors, value(measured, 1), value(measured, 2)];
    expect(fused.inputs).toEqual([value(measured), ...nodes.projected.inputs.slice(1), ...inner]);
    expect(attributeOf(fused, 'epsilon')).toBe(0.5);
    expect(attributeOf(fused, 'inner_epsilon')).toBe(0.25);
    const count = nodes.gradient.inputs.length;
    expect(gradient.inputs.slice(0, 2)).toEqual([nodes.gradient.inputs[0], value(measured)]);
    expect(gradient.inputs[count - 1]).toEqual(value(fused, 3));
    expect(gradient.inputs.slice(count)).toEqual(inner);
    expect(attributeOf(gradient, 'inner_epsilon')).toBe(0.25);

    const last = nodes.gradient.outputs.length;
    expect(results).toEqual([
      value(fused),
      value(measured, 1),
      value(measured, 2),
      ...values(gradient).slice(1, last),
      value(gradient),
      value(gradient, last),
      value(gradient, last + 1),
    ]);
    expect(gradient.outputs.slice(last).map(({ shape }) => shape)).toEqual([few, few]);
  });

  it('is left to a convolution of stride 2 as well, and where there is no gradient', () => {
    const { projected } = given({ convolution: 'SambenchStridedConvolution' });
    const { types } = fusedWith(normalizedInput, [value(projected)]);
    expect(types).toEqual(['Inputs', 'SambenchMeasuredStridedConvolution', 'SambenchNormalizedProject']);
  });

  it('is left to a convolution that is computed once, where two normalizations read that', () => {
    const nodes = given();
    const { convolved, normalized, projected } = nodes;
    const again = { ...normalized };
    const other = { ...projected, inputs: [value(again), ...projected.inputs.slice(1)] };
    const { types } = fusedWith(normalizedInput, [value(projected), value(other)]);
    expect(types.filter((type) => type === 'SambenchMeasuredConvolution')).toEqual([
      'SambenchMeasuredConvolution',
    ]);
    expect(types).toContain('SambenchNormalize');
    expect(types).not.toContain(convolved.type);
  });

  const kept: [string, (nodes: ReturnType<typeof given>) => Value[], Given][] = [
    ['comes after another operation', everything, { convolution: 'Conv2D' }],
    ['is not rectified', everything, { rectify: false }],
    ['is a result of the function', (nodes) => [...everything(nodes), value(nodes.normalized)], {}],
    [
      'is read elsewhere',
      (nodes) => [...everything(nodes), value(node('Other', {}, [value(nodes.normalized)], [few]))],
      {},
    ],
    ['has a gradient of another epsilon', everything, { epsilon: 1 }],
    ['is before a convolution whose gradient has another epsilon', everything, { outerEpsilon: 1 }],
    ['has a gradient that is a result', (nodes) => [...everything(nodes), value(nodes.gradient)], {}],
    [
      'has a gradient that goes elsewhere',
      ({ projected, gradient }) => [value(projected), value(gradient)],
      {},
    ],
  ];

  it.each(kept)('stays what it is where it %s', (_, results, deviation) => {
    const { types } = fusedWith(normalizedInput, results(given(deviation)));
    expect(types).toContain('SambenchNormalize');
    expect(types.filter((type) => /Measured|Normalized/.test(type))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { measuredGradient } from '../../../src/engine/fusions/measured-gradient.js';
import { attributeOf, type RecordedNode, type Value } from '../../../src/engine/recorded-graph.js';
import { fusedWith, node, value, values } from './nodes.js';

const images = [8, 4, 4, 16];
const taps = [3, 3, 16, 16];
const kernel = [1, 1, 16, 16];
const few = [16];

/** The gradient of a 3x3 convolution, and that of the 1x1 convolution before it, whose product has the shape `product`. */
function given({
  rectify = true,
  product = images,
}: {
  rectify?: boolean;
  product?: readonly number[];
} = {}) {
  const inputs = node('Inputs', {}, [], [images, taps, images, kernel, few, few, few, few, product, images]);
  const [dy, weights, x, ...kept] = values(inputs) as Value[];
  const convolution = node('SambenchConvolutionInputGrad', { stride: 1 }, [dy, weights, x] as Value[], [
    images,
  ]);
  const read = [value(convolution), x, ...kept] as Value[];
  const attributes = { epsilon: 0.5, rectify, stride: 2 };
  const projection = node('SambenchBranchingProjectGrad', attributes, read, [images, kernel, few, few]);
  return { dy, weights, x, kept, convolution, projection };
}

describe('the gradient of a 3x3 convolution', () => {
  it('sums up for that of a normalization before it, which then reads the sums', () => {
    const { dy, weights, x, kept, projection } = given();
    const { types, results, byType } = fusedWith(measuredGradient, values(projection));
    expect(types).toEqual([
      'Inputs',
      'SambenchMeasuredConvolutionInputGrad',
      'SambenchMeasuredBranchingProjectGrad',
    ]);
    const [measured] = byType('SambenchMeasuredConvolutionInputGrad') as [RecordedNode];
    const [, scale, offset, mean, variance, z] = kept;
    expect(measured.inputs).toEqual([dy, weights, z, scale, offset, mean, variance]);
    expect(attributeOf(measured, 'stride')).toBe(1);
    expect(attributeOf(measured, 'epsilon')).toBe(0.5);
    const [informed] = byType('SambenchMeasuredBranchingProjectGrad') as [RecordedNode];
    expect(informed.inputs).toEqual([value(measured), x, ...kept, value(measured, 1), value(measured, 2)]);
    expect(attributeOf(informed, 'stride')).toBe(2);
    expect(results).toEqual(values(informed));
  });

  const others: [string, (nodes: ReturnType<typeof given>) => Value[], Parameters<typeof given>[0]][] = [
    ['there is no rectifier', ({ projection }) => values(projection), { rectify: false }],
    ['the product is not kept', ({ projection }) => values(projection), { product: [0] }],
    ['it is a result', ({ projection, convolution }) => [value(projection), value(convolution)], {}],
    [
      'it goes elsewhere as well',
      ({ projection, convolution }) => [
        value(projection),
        value(node('Other', {}, [value(convolution)], [images])),
      ],
      {},
    ],
  ];

  it.each(others)('stays what it is where %s', (_, results, deviation) => {
    const { types } = fusedWith(measuredGradient, results(given(deviation)));
    expect(types.filter((type) => type.includes('Measured'))).toEqual([]);
  });
});

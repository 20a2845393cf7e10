import { describe, expect, it } from 'vitest';
import { sampledSource } from '../../../src/engine/fusions/sampled-source.js';
import { attributeOf, type RecordedNode, type Value } from '../../../src/engine/recorded-graph.js';
import { fusedWith, node, value, values } from './nodes.js';

const images = [8, 4, 4, 16];
const sampled = [8, 2, 2, 16];
const wide = [8, 2, 2, 32];
const kernel = [1, 1, 16, 32];
const many = [32];

/** Every second pixel of images, and the end of a block whose shortcut is made of these, with its gradient. */
function given(pooling: Record<string, unknown> = {}, stride = 1) {
  const inputs = node('Inputs', {}, [], [images, sampled, kernel, many, many, kernel, wide]);
  const [source, x, weights, scale, offset, sourceWeights, dy] = values(inputs) as Value[];
  const picks = { ksize: [1, 1, 1, 1], strides: [1, 2, 2, 1], data_format: 'NHWC', ...pooling };
  const pool = node('AvgPool', picks, [source as Value], [sampled]);
  const attributes = { epsilon: 0.5, rectify: true, stride };
  const read = [x, weights, scale, offset, value(pool), sourceWeights] as Value[];
  const end = node('SambenchResidualProject', attributes, read, [wide, many, many, wide]);
  const shapes = [sampled, kernel, many, many, sampled, kernel];
  const gradient = node(
    'SambenchResidualProjectGrad',
    attributes,
    [dy as Value, ...read, ...values(end)],
    shapes,
  );
  return { source, pool, end, gradient, results: [value(end), ...values(gradient)] };
}

describe('a shortcut of every second pixel', () => {
  it('is picked by the convolutions that read it', () => {
    const { source, results } = given();
    const { types, byType } = fusedWith(sampledSource, results);
    expect(types).toEqual(['Inputs', 'SambenchResidualProject', 'SambenchResidualProjectGrad']);
    const [end] = byType('SambenchResidualProject') as [RecordedNode];
    const [gradient] = byType('SambenchResidualProjectGrad') as [RecordedNode];
    expect(end.inputs[4]).toEqual(source);
    expect(gradient.inputs[5]).toEqual(source);
    expect(gradient.inputs[7]).toEqual(value(end));
    for (const each of [end, gradient]) expect(attributeOf(each, 'stride')).toBe(2);
    expect(gradient.outputs[4]?.shape).toEqual(sampled);
  });

  it.each([
    ['a mean of several pixels', given({ ksize: [1, 2, 2, 1] }).results],
    ['another stride along rows than along columns', given({ strides: [1, 2, 1, 1] }).results],
    ['of another order of axes', given({ data_format: 'NCHW' }).results],
    ['picked from what is picked already', given({}, 2).results],
  ])('stays apart where it is %s', (_, results) => {
    expect(fusedWith(sampledSource, results).types).toContain('AvgPool');
  });

  it('stays apart where others read it as well', () => {
    const { pool, results } = given();
    const { types, byType } = fusedWith(sampledSource, [...results, value(pool)]);
    expect(types).toContain('AvgPool');
    for (const type of ['SambenchResidualProject', 'SambenchResidualProjectGrad'])
      expect(attributeOf(byType(type)[0] as RecordedNode, 'stride')).toBe(1);
  });
});

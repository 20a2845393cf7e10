import { describe, expect, it } from 'vitest';
import { rectifiedBranch } from '../../../src/engine/fusions/rectified-branch.js';
import { attributeOf, type RecordedNode, type Value } from '../../../src/engine/recorded-graph.js';
import { fusedWith, node, value, values } from './nodes.js';

const wide = [8, 4, 4, 32];
const narrow = [8, 4, 4, 16];
const kernel = [1, 1, 16, 32];
const [few, many] = [[16], [32]];

interface Given {
  type?: string;
  end?: Record<string, unknown>;
  /** Whether the gradient that is taken further is not that of what the block before gave. */
  stranger?: boolean;
}

/** The gradient at the beginning of a block, and that of the end of the block before, whose result is `y`. */
function given({ type = 'SambenchNormalizedProjectGrad', end: deviation, stranger = false }: Given = {}) {
  const shapes = [wide, wide, narrow, kernel, many, many, narrow, kernel, many, many, wide, few, few];
  const inputs = node('Inputs', {}, [], shapes);
  const [y, dy, x, weights, scale, offset, source, sourceWeights, mean, variance, z, ...inner] = values(
    inputs,
  ) as Value[];
  const branching = { epsilon: 0.5, rectify: true, stride: 1, through: false };
  const branch = node('SambenchMeasuredBranchingProjectGrad', branching, [dy, y] as Value[], [
    wide,
    kernel,
    few,
    few,
  ]);
  const residual = type.includes('Residual');
  const attributes = {
    ...(residual ? { stride: 2 } : { shortcuts: 1 }),
    epsilon: 0.25,
    rectify: true,
    ...deviation,
  };
  const around = residual ? [source, sourceWeights] : [];
  const kept = [
    x,
    weights,
    scale,
    offset,
    ...around,
    stranger ? dy : y,
    mean,
    variance,
    z,
    ...inner,
  ] as Value[];
  const outputs = [narrow, kernel, many, many, ...(residual ? [narrow, kernel] : [wide]), few, few];
  const end = node(type, attributes, [value(branch), ...kept], outputs);
  return { y, branch, end, kept, results: [...values(end), ...values(branch).slice(1)] };
}

describe('the gradient at the beginning of a block', () => {
  it('goes through the rectifier before it, and then is that of an identity that went around the block before', () => {
    const { y, kept, results } = given();
    const { types, results: found, byType } = fusedWith(rectifiedBranch, results);
    expect(types).toEqual([
      'Inputs',
      'SambenchMeasuredBranchingProjectGrad',
      'SambenchNormalizedProjectGrad',
    ]);
    const [branch] = byType('SambenchMeasuredBranchingProjectGrad') as [RecordedNode];
    const [end] = byType('SambenchNormalizedProjectGrad') as [RecordedNode];
    expect(attributeOf(branch, 'through')).toBe(true);
    expect(attributeOf(end, 'rectify')).toBe(false);
    expect(attributeOf(end, 'shortcuts')).toBe(0);
    expect(end.inputs).toEqual([value(branch), ...kept.filter((each) => each !== y)]);
    const own = values(end);
    expect(found).toEqual([...own.slice(0, 4), value(branch), ...own.slice(4), ...values(branch).slice(1)]);
    expect(end.outputs.map(({ shape }) => shape)).toEqual([narrow, kernel, many, many, few, few]);
  });

  it('goes through it where the shortcut was a convolution, too', () => {
    const { kept, results } = given({ type: 'SambenchNormalizedResidualProjectGrad' });
    const { results: found, byType } = fusedWith(rectifiedBranch, results);
    const [branch] = byType('SambenchMeasuredBranchingProjectGrad') as [RecordedNode];
    const [end] = byType('SambenchNormalizedResidualProjectGrad') as [RecordedNode];
    expect(attributeOf(branch, 'through')).toBe(true);
    expect(attributeOf(end, 'rectify')).toBe(false);
    expect(attributeOf(end, 'stride')).toBe(2);
    expect(end.inputs).toEqual([value(branch), ...kept]);
    expect(found).toEqual([...values(end), ...values(branch).slice(1)]);
  });

  const others: [string, ReturnType<typeof given>['results']][] = [
    ['nothing was rectified', given({ end: { rectify: false } }).results],
    ['there was no shortcut', given({ end: { shortcuts: 0 } }).results],
    ['another tensor was', given({ stranger: true }).results],
    ['another operation reads it', given({ type: 'Other' }).results],
    ['it is a result', ((nodes) => [...nodes.results, value(nodes.branch)])(given())],
  ];

  it.each(others)('stays what it is where %s', (_, results) => {
    const { byType } = fusedWith(rectifiedBranch, results);
    const [branch] = byType('SambenchMeasuredBranchingProjectGrad') as [RecordedNode];
    expect(attributeOf(branch, 'through')).toBe(false);
  });
});

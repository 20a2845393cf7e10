import { describe, expect, it } from 'vitest';
import { elementwise } from '../../../src/engine/fusions/elementwise.js';
import type { RecordedNode, Replaced, Uses, Value } from '../../../src/engine/recorded-graph.js';

const large = [5000];

/** A graph in the order in which it is written. */
class Recorded {
  readonly nodes: RecordedNode[] = [];
  add(type: string, inputs: readonly Value[], shape: readonly number[] | null = large, dtype = 1): Value {
    const node = { type, attributes: [], inputs, outputs: [{ dtype, shape }] };
    this.nodes.push(node);
    return { node, index: 0 };
  }
  /** Fuses with `results` as what the function gives. */
  fuse(...results: Value[]): Replaced {
    const uses: Uses = (node, index) => [
      ...this.nodes.filter(({ inputs }) =>
        inputs.some((input) => input.node === node && input.index === index),
      ),
      ...results.filter((result) => result.node === node && result.index === index).map(() => null),
    ];
    return elementwise(this.nodes, uses);
  }
}

/** The only node that replaces others. */
function onlyNode(replaced: Replaced): RecordedNode {
  const nodes = new Set([...replaced.values()].flat().flatMap((value) => (value ? [value.node] : [])));
  expect(nodes.size).toBe(1);
  return [...nodes][0] as RecordedNode;
}

function attributesOf({ attributes }: RecordedNode): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
}

describe('elementwise operations', () => {
  it('of a chain become one, whose first input is a vector', () => {
    const graph = new Recorded();
    const [rate, gradient, weights] = [
      graph.add('Placeholder', [], []),
      graph.add('G', []),
      graph.add('W', []),
    ];
    const step = graph.add('Mul', [rate, gradient]);
    const moved = graph.add('Sub', [weights, step]);
    const replaced = graph.fuse(moved);
    const node = onlyNode(replaced);
    expect(node.type).toBe('SambenchElementwise');
    expect(node.inputs).toEqual([gradient, weights, rate]);
    expect(node.outputs).toEqual([{ dtype: 1, shape: large }]);
    expect(attributesOf(node)).toEqual({ inputs: 3, outputs: 1, program: [2, 2, 0, 1, 1, 3], results: [4] });
    expect([...replaced]).toEqual([
      [step.node, [undefined]],
      [moved.node, [{ node, index: 0 }]],
    ]);
  });

  it('give all that others read, and what the function gives', () => {
    const graph = new Recorded();
    const x = graph.add('X', []);
    const root = graph.add('Sqrt', [x]);
    const inside = graph.add('Neg', [root]);
    const last = graph.add('Abs', [inside]);
    const sum = graph.add('Sum', [root], []);
    const replaced = graph.fuse(last, sum);
    const node = onlyNode(replaced);
    expect(attributesOf(node)).toEqual({
      inputs: 1,
      outputs: 2,
      program: [4, 0, 0, 5, 1, 1, 6, 2, 2],
      results: [1, 3],
    });
    expect(replaced.get(root.node)).toEqual([{ node, index: 0 }]);
    expect(replaced.get(inside.node)).toEqual([undefined]);
    expect(replaced.get(last.node)).toEqual([{ node, index: 1 }]);
  });

  it('that are the same are computed once', () => {
    const graph = new Recorded();
    const x = graph.add('X', []);
    const [first, second] = [graph.add('Square', [x]), graph.add('Mul', [x, x])];
    const node = onlyNode(graph.fuse(first, second));
    expect(attributesOf(node)).toEqual({ inputs: 1, outputs: 1, program: [2, 0, 0], results: [1] });
    expect(graph.fuse(first, second).get(second.node)?.[0]?.index).toBe(0);
  });

  it('with something between them that is none stay apart, but for those on each side', () => {
    const graph = new Recorded();
    const [g, w] = [graph.add('G', []), graph.add('W', [])];
    const e = graph.add('Mul', [g, g]);
    const at = graph.add('Add', [w, e]);
    const second = graph.add('Network', [at]);
    const scaled = graph.add('Mul', [second, graph.add('Rate', [], [])]);
    const moved = graph.add('Sub', [w, scaled]);
    const replaced = graph.fuse(moved);
    const before = replaced.get(at.node)?.[0]?.node;
    const after = replaced.get(moved.node)?.[0]?.node;
    expect(before?.inputs).toEqual([g, w]);
    expect(after?.inputs.slice(0, 2)).toEqual([second, w]);
    expect(before).not.toBe(after);
  });

  it('are not joined around a node that reads one and is read by another', () => {
    const graph = new Recorded();
    const x = graph.add('X', []);
    const first = graph.add('Neg', [x]);
    const outside = graph.add('Sum', [first], []);
    const second = graph.add('Mul', [first, outside]);
    expect(graph.fuse(second).size).toBe(0);
  });

  it('are not joined around two groups that would read each other', () => {
    const graph = new Recorded();
    const [x, y] = [graph.add('X', []), graph.add('Y', [])];
    // a1 -> p -> b2 and b1 -> q -> a2: both {a1, a2} and {b1, b2} alone are no cycle.
    const [a1, b1] = [graph.add('Neg', [x]), graph.add('Neg', [y])];
    const [p, q] = [graph.add('Reverse', [a1]), graph.add('Reverse', [b1])];
    const [a2, b2] = [graph.add('Mul', [a1, q]), graph.add('Mul', [b1, p])];
    const replaced = graph.fuse(a2, b2);
    expect(replaced.size).toBe(2);
    expect(replaced.has(a1.node)).toBe(true);
    expect(replaced.has(a2.node)).toBe(true);
  });

  it('that only read the same vector become one', () => {
    const graph = new Recorded();
    const [x, k] = [graph.add('X', []), graph.add('K', [], [1])];
    const [first, second] = [graph.add('Abs', [x]), graph.add('Mul', [x, k])];
    expect(onlyNode(graph.fuse(first, second)).inputs).toEqual([x, k]);
    const [other] = [graph.add('Neg', [graph.add('Y', [])])];
    // That share nothing but a number stay apart.
    expect(graph.fuse(first, graph.add('Mul', [other, k])).has(first.node)).toBe(false);
  });

  it('join those that they are chained to before those that read the same', () => {
    const graph = new Recorded();
    const [w, k] = [graph.add('W', []), graph.add('K', [], [])];
    const at = graph.add('Neg', [w]);
    const second = graph.add('Network', [at]);
    const decayed = graph.add('Mul', [w, k]);
    const moved = graph.add('Sub', [decayed, second]);
    const replaced = graph.fuse(moved);
    expect([...replaced.keys()]).toEqual([decayed.node, moved.node]);
  });

  it('of few numbers, of other kinds, of unknown shape or with a broadcast operand are left alone', () => {
    const twice = (shape: number[] | null, operand: number[] | null = shape, dtype = 1) => {
      const graph = new Recorded();
      const x = graph.add('X', [], operand, dtype);
      return graph.fuse(graph.add('Neg', [graph.add('Add', [x, x], shape, dtype)], shape, dtype)).size;
    };
    expect(twice(large)).toBe(2);
    expect(twice([4, 1024])).toBe(2);
    expect(twice([4095])).toBe(0);
    expect(twice([])).toBe(0);
    expect(twice(large, large, 3)).toBe(0);
    expect(twice(null)).toBe(0);
    expect(twice(large, null)).toBe(0);
    expect(twice([1, 5000], [5000])).toBe(0);
    expect(twice([4, 5000], [5000])).toBe(0);
  });

  it('that nothing reads are left alone, and make nothing an output', () => {
    const graph = new Recorded();
    const x = graph.add('X', []);
    const first = graph.add('Neg', [x]);
    const last = graph.add('Abs', [first]);
    graph.add('Sum', [graph.add('Sqrt', [first])], []);
    expect(attributesOf(onlyNode(graph.fuse(last))).results).toEqual([2]);
  });

  it('are fused the same way every time', () => {
    const build = () => {
      const graph = new Recorded();
      const [x, y] = [graph.add('X', []), graph.add('Y', [])];
      const a = graph.add('Add', [x, y]);
      const b = graph.add('Mul', [a, x]);
      const replaced = graph.fuse(graph.add('Sub', [b, graph.add('Square', [y])]), b);
      return attributesOf(onlyNode(replaced));
    };
    expect(build()).toEqual(build());
  });
});

import { describe, expect, it } from 'vitest';
import {
  attributeOf,
  outputsOf,
  type RecordedNode,
  renamed,
  substitute,
  usesOf,
} from '../../src/engine/recorded-graph.js';
import { node, nodesOf, value } from './fusions/nodes.js';

const vector = [3];

/** a → b → c, and d that reads a and c. */
function chain() {
  const a = node('A', { size: 3 }, [], [vector, vector]);
  const b = node('B', {}, [value(a)], [vector]);
  const c = node('C', {}, [value(b), value(a, 1)], [vector]);
  const d = node('D', {}, [value(a), value(c)], [vector]);
  return { a, b, c, d, nodes: [a, b, c, d], results: [value(d), value(b)] };
}

describe('a recorded graph', () => {
  it('knows what reads each value, results of the function among it', () => {
    const { a, b, c, d, ...recorded } = chain();
    const uses = usesOf(recorded);
    expect(uses(a, 0)).toEqual([b, d]);
    expect(uses(a, 1)).toEqual([c]);
    expect(uses(b, 0)).toEqual([c, null]);
    expect(uses(d, 0)).toEqual([null]);
  });

  it('tells attributes and outputs, and gives attributes other names', () => {
    const { a } = chain();
    expect(attributeOf(a, 'size')).toBe(3);
    expect(attributeOf(a, 'length')).toBeUndefined();
    expect(renamed(a, 'size', 'length')).toMatchObject({ name: 'length', value: 3 });
    expect(() => renamed(a, 'length', 'size')).toThrow('A has no attribute length');
    expect(outputsOf(a, 0, 2)).toEqual([value(a), value(a, 1)]);
  });
});

describe('substitution', () => {
  it('leaves out what nothing reads any more, and keeps the nodes that it need not touch', () => {
    const { a, b, nodes } = chain();
    expect(substitute({ nodes, results: [value(b)] }, new Map())).toEqual({
      nodes: [a, b],
      results: [value(b)],
    });
  });

  it('puts other values everywhere, in nodes and results', () => {
    const { a, b, nodes, results } = chain();
    const other = node('Other', {}, [value(a)], [vector]);
    const found = substitute({ nodes, results }, new Map([[b, [value(other)]]]));
    expect(found.nodes.map(({ type }) => type)).toEqual(['A', 'Other', 'C', 'D']);
    expect(found.results[1]).toEqual(value(other));
    expect(found.results[0]?.node.inputs[1]?.node.inputs[0]).toEqual(value(other));
  });

  it('puts other values into the nodes that it brings, too', () => {
    const { a, b, c, nodes, results } = chain();
    const first = node('First', {}, [value(a)], [vector]);
    const second = node('Second', {}, [value(b)], [vector]);
    const replaced = new Map([
      [b, [value(first)]],
      [c, [value(second)]],
    ]);
    const found = substitute({ nodes, results }, replaced);
    expect(found.nodes.map(({ type }) => type)).toEqual(['A', 'First', 'Second', 'D']);
  });

  it('orders nodes so that each follows what it reads, wherever they came from', () => {
    const { a, c, d, nodes, results } = chain();
    // Takes the place of the first node, and reads what was recorded after it.
    const late = node('Late', {}, [], [vector]);
    const joined = node('Joined', {}, [value(late)], [vector, vector]);
    const found = substitute({ nodes: [...nodes, late], results }, new Map([[a, outputsOf(joined, 0, 2)]]));
    for (const [position, { inputs }] of found.nodes.entries())
      for (const input of inputs) expect(found.nodes.indexOf(input.node)).toBeLessThan(position);
    expect(new Set(found.nodes)).toEqual(new Set(nodesOf(found.results)));
    expect(found.nodes.map(({ type }) => type)).not.toContain('A');
    expect([c.type, d.type].every((type) => found.nodes.some((each) => each.type === type))).toBe(true);
  });

  it('goes through chains that are longer than calls can be nested', () => {
    const first = node('First', {}, [], [vector]);
    const chain = [first];
    for (let length = 0; length < 30_000; length++)
      chain.push(node('Next', {}, [value(chain.at(-1) as RecordedNode)], [vector]));
    const last = chain.at(-1) as RecordedNode;
    const early = node('Early', {}, [value(first)], [vector]);
    const nodes = [first, early, ...chain.slice(1)];
    // Takes the place of what was recorded first, and reads what was recorded last.
    const late = node('Late', {}, [value(last)], [vector]);
    const found = substitute({ nodes, results: [value(early)] }, new Map([[early, [value(late)]]]));
    expect(found.nodes).toHaveLength(30_002);
    expect(found.results).toEqual([value(late)]);
  });

  it('refuses to make a cycle', () => {
    const { b, c, nodes, results } = chain();
    const around = node('Around', {}, [value(c)], [vector]);
    expect(() => substitute({ nodes, results }, new Map([[b, [value(around)]]]))).toThrow(
      'a fusion made a cycle',
    );
  });

  it('refuses to lose a value that is read', () => {
    const { b, nodes, results } = chain();
    expect(() => substitute({ nodes, results }, new Map([[b, [undefined]]]))).toThrow(
      'a fusion left out output 0 of B, which is read',
    );
  });
});

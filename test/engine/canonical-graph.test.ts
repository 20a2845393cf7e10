import { describe, expect, it } from 'vitest';
import { canonicalGraph } from '../../src/engine/canonical-graph.js';

const field = (number: number, ...body: number[]) => [number * 8 + 2, body.length, ...body];
const attributes = { a: field(5, 10, 1, 97), b: field(5, 10, 1, 98) };
const name = field(1, 110);
const op = field(2, 111);
const versions = [4 * 8 + 2, 2, 8, 22];

describe('a graph in canonical order', () => {
  it('has the attributes of a node sorted, and all else where it was', () => {
    const given = [...field(1, ...name, ...attributes.b, ...op, ...attributes.a), ...versions];
    const expected = [...field(1, ...name, ...op, ...attributes.a, ...attributes.b), ...versions];
    expect(Array.from(canonicalGraph(Uint8Array.from(given)))).toEqual(expected);
  });

  it('keeps nodes in their order', () => {
    const nodes = [...field(1, ...field(1, 122)), ...field(1, ...field(1, 97))];
    expect(Array.from(canonicalGraph(Uint8Array.from(nodes)))).toEqual(nodes);
  });

  it('takes lengths of more than one byte and numbers of fixed size', () => {
    const long = [10, 200, 1, ...Array(200).fill(7)];
    const fixed = [9 * 8 + 1, ...Array(8).fill(1), 10 * 8 + 5, 1, 2, 3, 4, 11 * 8, 172, 2];
    const node = [...long, ...fixed];
    const given = [10, (node.length % 128) | 128, Math.floor(node.length / 128), ...node];
    expect(Array.from(canonicalGraph(Uint8Array.from(given)))).toEqual(given);
  });

  it('is refused when it is cut short', () => {
    expect(() => canonicalGraph(Uint8Array.of(10, 128))).toThrow(/cut short/);
    expect(() => canonicalGraph(Uint8Array.of(10, 3, 18, 1))).toThrow(/cut short/);
  });
});

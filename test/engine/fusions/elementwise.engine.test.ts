/** Random graphs of elementwise and other operations: fused they give the bits that they give as they are. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { backend } from '../../../src/engine/backend.js';
import { elementwise, kinds } from '../../../src/engine/fusions/elementwise.js';
import type { RecordedNode, Replaced, Value } from '../../../src/engine/recorded-graph.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { stream } from '../../../src/stream.js';
import { useEngine } from '../engine.js';
import { bitsOf } from '../operations/elementwise.js';
import { expectBytes, normal } from '../operations/numbers.js';

const size = 4099;
const type = [{ name: 'T', type: 4, value: 1 }];
const inParts = Object.keys(kinds);

/** Inputs, then operations on some of what is there; every fifth is none that can be fused, or gives one number. */
function randomNodes(seed: number): RecordedNode[] {
  const random = stream(seed, 'test', 'elementwise');
  const nodes: RecordedNode[] = [];
  const add = (name: string, shape: number[], inputs: Value[]) =>
    nodes.push({ type: name, attributes: type, inputs, outputs: [{ dtype: 1, shape }] });
  for (const shape of [[size], [size], [], [1]]) add('Input', shape, []);
  for (let i = 0; i < 30; i++) {
    const pick = (large: boolean): Value => {
      const fitting = nodes.filter(({ outputs: [output] }) => !large || output?.shape?.[0] === size);
      return { node: fitting[random.integer(fitting.length)] as RecordedNode, index: 0 };
    };
    const name = random.integer(5) === 0 ? ['Reverse', 'Max'][random.integer(2)] : undefined;
    const kind = name ?? (inParts[random.integer(inParts.length)] as string);
    const operands = [pick(true), pick(false)];
    if (random.integer(2) === 0) operands.reverse();
    if (name || ['Sqrt', 'Neg', 'Abs', 'Square'].includes(kind))
      add(kind, name === 'Max' ? [] : [size], [pick(true)]);
    else add(kind, [size], operands);
  }
  return nodes;
}

/** The values of `results`, with `replaced` in place of what it replaces; throws where a node needs itself. */
function evaluate(results: readonly RecordedNode[], replaced: Replaced): Int32Array[] {
  const known = new Map<RecordedNode, Tensor[] | null>();
  const tensorOf = (recorded: Value): Tensor => {
    const instead = replaced.get(recorded.node);
    const value = instead ? instead[recorded.index] : recorded;
    if (!value) throw new Error('a value that is read was not replaced');
    const { node, index } = value;
    if (known.get(node) === null) throw new Error('a cycle');
    if (!known.has(node)) {
      known.set(node, null);
      known.set(node, outputsOf(node, node.inputs.map(tensorOf)));
    }
    return known.get(node)?.[index] as Tensor;
  };
  return results.map((node) => bitsOf(tensorOf({ node, index: 0 })));
}

function outputsOf({ type, attributes, inputs, outputs }: RecordedNode, values: Tensor[]): Tensor[] {
  const [x] = values;
  if (type === 'Input') return [normal(`${outputs[0]?.shape}`, outputs[0]?.shape ?? [])];
  if (type === 'Reverse') return [tf().reverse(x as Tensor)];
  if (type === 'Max') return [tf().max(x as Tensor)];
  expect(inputs.length).toBe(values.length);
  return backend().executeMultipleOutputs(type, [...attributes], values, outputs.length);
}

describe('random graphs', () => {
  useEngine();

  it.each(Array.from({ length: 25 }, (_, seed) => seed))('give the same bits fused: number %s', (seed) => {
    const nodes = randomNodes(seed);
    const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(({ node }) => node)));
    const results = nodes.filter((node, index) => !read.has(node) || index % 7 === 6);
    const replaced = elementwise(nodes, (node) => [
      ...nodes.filter(({ inputs }) => inputs.some((input) => input.node === node)),
      ...(results.includes(node) ? [null] : []),
    ]);
    expect(replaced.size).toBeGreaterThan(1);
    const expected = evaluate(results, new Map());
    evaluate(results, replaced).forEach((bits, index) => {
      expectBytes(bits, expected[index] as Int32Array);
    });
  });
});

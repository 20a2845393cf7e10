/** Recorded nodes made by hand, and what fusions make of them. */
import {
  type Fusion,
  type RecordedNode,
  substitute,
  usesOf,
  type Value,
} from '../../../src/engine/recorded-graph.js';

/** Number of the type of single-precision numbers, and of an attribute's kind, which does not matter here. */
const float = 1;
const kind = 0;

export function node(
  type: string,
  attributes: Record<string, unknown>,
  inputs: readonly Value[],
  shapes: readonly (readonly number[])[],
): RecordedNode {
  return {
    type,
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, type: kind, value })),
    inputs,
    outputs: shapes.map((shape) => ({ dtype: float, shape })),
  };
}

export const value = (of: RecordedNode, index = 0): Value => ({ node: of, index });

/** All values of a node. */
export const values = (of: RecordedNode): Value[] => of.outputs.map((_, index) => value(of, index));

/** All nodes that `results` depend on, those that others read first. */
export function nodesOf(results: readonly Value[]): RecordedNode[] {
  const found = new Set<RecordedNode>();
  const visit = (given: RecordedNode) => {
    if (found.has(given)) return;
    for (const input of given.inputs) visit(input.node);
    found.add(given);
  };
  for (const result of results) visit(result.node);
  return [...found];
}

/** What is left of the nodes behind `results`, by their types, and the results, after a fusion. */
export function fusedWith(fusion: Fusion, results: readonly Value[]) {
  const recorded = { nodes: nodesOf(results), results };
  const fused = substitute(recorded, fusion(recorded.nodes, usesOf(recorded)));
  const byType = (type: string) => fused.nodes.filter((each) => each.type === type);
  return { types: fused.nodes.map(({ type }) => type), results: fused.results, byType };
}

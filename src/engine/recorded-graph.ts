/** A function as it was recorded: plain nodes, which fusions may replace before any of them is added to a graph that runs. */
import type { NativeAttribute } from './backend.js';
import { type ConstantValues, Graph, type GraphOutput } from './graph.js';

/** One operation as it was recorded. */
export interface RecordedNode {
  readonly type: string;
  readonly attributes: readonly NativeAttribute[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly { dtype: number; shape: readonly number[] | null }[];
}

/** One output of a recorded node. */
export interface Value {
  readonly node: RecordedNode;
  readonly index: number;
}

/** What reads a value: nodes, and null for results of the function, which must stay what they are. */
export type Uses = (node: RecordedNode, index: number) => readonly (RecordedNode | null)[];

/** New values for all outputs of nodes that a fusion replaces; undefined where nothing reads an output any more. */
export type Replaced = Map<RecordedNode, readonly (Value | undefined)[]>;

/** Finds nodes that others can replace. `nodes` are in an order in which every node follows those that it reads. */
export type Fusion = (nodes: readonly RecordedNode[], uses: Uses) => Replaced;

/** A graph that only records: it is never run, but TensorFlow infers the shapes of its nodes. */
export class RecordingGraph extends Graph {
  readonly recorded: RecordedNode[] = [];

  override add(
    type: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly GraphOutput[],
    control: readonly number[] = [],
  ): GraphOutput[] {
    const outputs = super.add(type, attributes, inputs, control);
    this.recorded.push({ type, attributes, inputs: inputs.map((input) => this.value(input)), outputs });
    return outputs;
  }

  /** The recorded value of an output of this graph. */
  value({ node, index }: GraphOutput): Value {
    const recorded = this.recorded[node];
    if (!recorded) throw new Error(`nothing was recorded as node ${node}`);
    return { node: recorded, index };
  }
}

/** Nodes that give `results`, in an order in which every node follows those that it reads. */
export interface Recorded {
  nodes: readonly RecordedNode[];
  results: readonly Value[];
}

/** The value of an attribute; undefined where there is none. */
export function attributeOf({ attributes }: RecordedNode, name: string): unknown {
  return attributes.find((attribute) => attribute.name === name)?.value;
}

/** An attribute of `node` under another name, as an operation that does the work of `node` as well has it. */
export function renamed(node: RecordedNode, name: string, other: string): NativeAttribute {
  const found = node.attributes.find((attribute) => attribute.name === name);
  if (!found) throw new Error(`${node.type} has no attribute ${name}`);
  return { ...found, name: other };
}

/** Outputs `begin` to `end` of a node. */
export function outputsOf(node: RecordedNode, begin: number, end: number): Value[] {
  return Array.from({ length: end - begin }, (_, index) => ({ node, index: begin + index }));
}

/** Whether two values are the same output of the same node. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  return a?.node === b?.node && a?.index === b?.index;
}

/** What reads each value of `recorded`. */
export function usesOf({ nodes, results }: Recorded): Uses {
  const uses = new Map<RecordedNode, Map<number, (RecordedNode | null)[]>>();
  const note = ({ node, index }: Value, user: RecordedNode | null) => {
    const outputs = uses.get(node) ?? new Map<number, (RecordedNode | null)[]>();
    uses.set(node, outputs);
    outputs.set(index, [...(outputs.get(index) ?? []), user]);
  };
  for (const node of nodes) {
    for (const input of node.inputs) note(input, node);
  }
  for (const result of results) note(result, null);
  return (node, index) => uses.get(node)?.get(index) ?? [];
}

/** `recorded` with `replaced` in place, less what nothing reads any more. */
export function substitute(recorded: Recorded, replaced: Replaced): Recorded {
  const nodes: RecordedNode[] = [];
  const renewed = new Map<RecordedNode, RecordedNode>();
  const renew = (node: RecordedNode): RecordedNode => {
    const known = renewed.get(node);
    if (known) return known;
    const inputs = node.inputs.map(value);
    const fresh = inputs.every((input, index) => same(input, node.inputs[index]))
      ? node
      : { ...node, inputs };
    renewed.set(node, fresh);
    nodes.push(fresh);
    return fresh;
  };
  const value = (old: Value): Value => {
    const outputs = replaced.get(old.node);
    if (!outputs) return { node: renew(old.node), index: old.index };
    const other = outputs[old.index];
    if (!other) throw new Error(`a fusion left out output ${old.index} of ${old.node.type}, which is read`);
    return value(other);
  };
  const read = reachable(recorded);
  // In the order of the recording, so that little depends on what follows and nothing is nested deeply.
  for (const node of recorded.nodes) {
    if (!replaced.has(node) && read.has(node)) renew(node);
  }
  return pruned({ nodes, results: recorded.results.map(value) });
}

/** Adds `recorded` to `graph` and returns its results there; `given` are values that are already in the graph. */
export function replay(
  graph: Graph,
  recorded: Recorded,
  given: ReadonlyMap<RecordedNode, GraphOutput>,
): GraphOutput[] {
  const added = new Map<RecordedNode, GraphOutput[]>();
  for (const [node, output] of given) added.set(node, [output]);
  const output = ({ node, index }: Value): GraphOutput => {
    const found = added.get(node)?.[index];
    if (!found) throw new Error(`${node.type} has no output ${index} in the graph`);
    return found;
  };
  for (const node of pruned(recorded).nodes) {
    if (added.has(node)) continue;
    const constant = node.type === 'Const' ? constantOf(node) : null;
    const inputs = node.inputs.map(output);
    added.set(node, constant ? [graph.constant(constant)] : graph.add(node.type, node.attributes, inputs));
  }
  return recorded.results.map(output);
}

/** The values of a constant, which the graph shares with those of other functions. */
function constantOf(node: RecordedNode): ConstantValues {
  return node.attributes.find(({ name }) => name === 'value')?.value as ConstantValues;
}

function pruned(recorded: Recorded): Recorded {
  const read = reachable(recorded);
  return { nodes: recorded.nodes.filter((node) => read.has(node)), results: recorded.results };
}

/** The nodes that the results depend on. */
function reachable({ results }: Recorded): Set<RecordedNode> {
  const found = new Set<RecordedNode>();
  const open = results.map(({ node }) => node);
  for (let node = open.pop(); node; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...node.inputs.map(({ node: input }) => input));
  }
  return found;
}

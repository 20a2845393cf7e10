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
    if (control.length > 0) throw new Error(`${type} was recorded with nodes that must run before it`);
    const outputs = super.add(type, attributes, inputs);
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

/** Whether two lists of values are the same. */
export function sameAll(found: readonly Value[], expected: readonly Value[]): boolean {
  return found.length === expected.length && found.every((value, index) => same(value, expected[index]));
}

/** Whether two nodes have the same values of these attributes. */
export function alike(first: RecordedNode, second: RecordedNode, names: readonly string[]): boolean {
  return names.every((name) => attributeOf(first, name) === attributeOf(second, name));
}

/** The attributes of `node`, some of them with other values. */
export function attributesWith(node: RecordedNode, values: Record<string, unknown>): NativeAttribute[] {
  return node.attributes.map((attribute) =>
    attribute.name in values ? { ...attribute, value: values[attribute.name] } : attribute,
  );
}

/** The one node that reads the first output of `node`; null where others do, or it is a result of the function. */
export function onlyReader(node: RecordedNode, uses: Uses): RecordedNode | null {
  const [first = null, ...others] = uses(node, 0);
  return others.length === 0 ? first : null;
}

/** What reads each value of `recorded`. */
export function usesOf({ nodes, results }: Recorded): Uses {
  const uses = new Map<RecordedNode, Map<number, (RecordedNode | null)[]>>();
  const note = ({ node, index }: Value, user: RecordedNode | null) => {
    const outputs = uses.get(node) ?? new Map<number, (RecordedNode | null)[]>();
    uses.set(node, outputs);
    const users = outputs.get(index) ?? [];
    outputs.set(index, users);
    users.push(user);
  };
  for (const node of nodes) {
    for (const input of node.inputs) note(input, node);
  }
  for (const result of results) note(result, null);
  return (node, index) => uses.get(node)?.get(index) ?? [];
}

/** `recorded` with `replaced` in place, less what nothing reads any more. */
export function substitute(recorded: Recorded, replaced: Replaced): Recorded {
  const resolved = (value: Value): Value => {
    let found = value;
    for (let outputs = replaced.get(found.node); outputs; outputs = replaced.get(found.node)) {
      const other = outputs[found.index];
      if (!other)
        throw new Error(`a fusion left out output ${found.index} of ${found.node.type}, which is read`);
      found = other;
    }
    return found;
  };
  const renewed = new Map<RecordedNode, RecordedNode>();
  const fresh = (value: Value): Value => {
    const { node, index } = resolved(value);
    const other = renewed.get(node);
    if (!other) throw new Error(`${node.type} was not put in place yet`);
    return { node: other, index };
  };
  // In the order of the recording, so that little depends on what follows. New nodes may read what was recorded later: a list of
  // what is open, as a chain of nodes may be longer than calls can be nested.
  const read = reachable(recorded);
  const open = recorded.nodes.filter((node) => read.has(node) && !replaced.has(node)).reverse();
  open.unshift(...recorded.results.map((result) => resolved(result).node));
  const entered = new Set<RecordedNode>();
  for (let node = open.at(-1); node; node = open.at(-1)) {
    const first = node.inputs.map(resolved).filter(({ node: input }) => !renewed.has(input));
    if (renewed.has(node) || first.length === 0) {
      if (!renewed.has(node)) renewed.set(node, withInputs(node, node.inputs.map(fresh)));
      open.pop();
      continue;
    }
    if (entered.has(node)) throw new Error(`a fusion made a cycle through ${node.type}`);
    entered.add(node);
    open.push(...first.map(({ node: input }) => input).reverse());
  }
  return pruned({ nodes: [...renewed.values()], results: recorded.results.map(fresh) });
}

/** `node` itself where it reads these inputs already. */
function withInputs(node: RecordedNode, inputs: readonly Value[]): RecordedNode {
  return inputs.every((input, index) => same(input, node.inputs[index])) ? node : { ...node, inputs };
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

/**
 * Chains of operations on numbers of equal place in large tensors, such as the update of an optimizer, as one operation each
 * (native/elementwise.cc): every tensor is read and written once, with the bits of the operations one by one.
 */
import type { NativeAttribute } from '../backend.js';
import type { Fusion, RecordedNode, Replaced, Uses, Value } from '../recorded-graph.js';
import { joinNeighbours, liveReaders, type Neighbours } from './groups.js';

/**
 * TensorFlow's operations and their numbers in programs (`ArithmeticKind` in native/arithmetic.h). Maximum and Minimum are not
 * among them: which of two zeros TensorFlow gives depends on the place in the vector.
 */
export const kinds: Readonly<Record<string, number>> = {
  Add: 0,
  AddV2: 0,
  Sub: 1,
  Mul: 2,
  RealDiv: 3,
  Sqrt: 4,
  Neg: 5,
  Abs: 6,
  // A product of the number with itself.
  Square: 2,
};

/** Fewer numbers than these stay in the cache between operations anyway. */
const fewest = 4096;

/** TF_FLOAT and TF_ATTR_INT of TensorFlow's C interface. */
const float = 1;
const attributeInt = 1;

/** Replaces maximal groups of two such operations or more over tensors of one shape. */
export const elementwise: Fusion = (nodes, uses) => {
  const readers = liveReaders(nodes, uses);
  const candidates = nodes.filter((node) => readers.has(node) && isElementwise(node));
  const groups = joinNeighbours(readers, [chained(candidates), withCommonOperand(candidates)]);
  const replaced: Replaced = new Map();
  for (const group of groups) {
    const members = candidates.filter((node) => group.has(node));
    const isRead = (node: RecordedNode) =>
      isResult(node, uses) || (readers.get(node) ?? []).some((reader) => !group.has(reader));
    for (const [node, value] of fused(members, isRead)) replaced.set(node, [value]);
  }
  return replaced;
};

function isElementwise({ type, inputs, outputs }: RecordedNode): boolean {
  const [output] = outputs;
  if (!Object.hasOwn(kinds, type) || outputs.length !== 1 || !output?.shape) return false;
  const { dtype, shape } = output;
  if (dtype !== float || sizeOf(shape) < fewest) return false;
  return inputs.every((input) => isNumber(input) || `${shapeOf(input)}` === `${shape}`);
}

/** Operations of which one reads what the other gives. */
function chained(nodes: readonly RecordedNode[]): Neighbours {
  const known = new Set(nodes);
  return nodes.flatMap((node) =>
    node.inputs.filter((input) => known.has(input.node)).map((input) => [input.node, node] as const),
  );
}

/** Operations that read one large tensor, each with the one that read it before. */
function withCommonOperand(nodes: readonly RecordedNode[]): Neighbours {
  const known = new Values<RecordedNode[]>();
  return nodes.flatMap((node) =>
    node.inputs
      .filter((input) => !isNumber(input))
      .flatMap((input) => {
        const last = known.get(input, () => []);
        const pairs = last.map((other) => [other, node] as const);
        last.splice(0, 1, node);
        return pairs;
      }),
  );
}

/** One node for `members`, which follow those they read; for each of them what it gave, undefined where nobody else reads that. */
function fused(
  members: readonly RecordedNode[],
  isRead: (node: RecordedNode) => boolean,
): Map<RecordedNode, Value | undefined> {
  const group = new Set(members);
  const operands = members.flatMap(({ inputs }) => inputs).filter(({ node }) => !group.has(node));
  const inputs = new Values<number>();
  const ordered: Value[] = [];
  // The first input gives the outputs their shape.
  for (const input of [...operands.filter((value) => !isNumber(value)), ...operands.filter(isNumber)])
    inputs.get(input, () => ordered.push(input) - 1);
  const program: number[][] = [];
  const computed = new Map<string, number>();
  const registers = new Map<RecordedNode, number>();
  for (const node of members) {
    const read = node.inputs.map(
      (input) => registers.get(input.node) ?? inputs.get(input, () => missing(node)),
    );
    const [left = missing(node), right = left] = read;
    const instruction = [kinds[node.type] ?? missing(node), left, right];
    // What was recorded twice is computed once.
    const register = computed.get(`${instruction}`) ?? ordered.length + program.push(instruction) - 1;
    computed.set(`${instruction}`, register);
    registers.set(node, register);
  }
  const read = members.filter(isRead);
  const results = [...new Set(read.map((node) => registers.get(node) ?? missing(node)))];
  const output = members[0]?.outputs[0] ?? missing(members[0]);
  const node: RecordedNode = {
    type: 'SambenchElementwise',
    attributes: elementwiseAttributes(ordered.length, program.flat(), results),
    inputs: ordered,
    outputs: results.map(() => output),
  };
  const given = (member: RecordedNode) => ({ node, index: results.indexOf(registers.get(member) ?? -1) });
  return new Map(members.map((member) => [member, read.includes(member) ? given(member) : undefined]));
}

/** The attributes of `SambenchElementwise`: see native/elementwise.h. */
export function elementwiseAttributes(
  inputs: number,
  program: readonly number[],
  results: readonly number[],
): NativeAttribute[] {
  const values = { inputs, outputs: results.length, program: [...program], results: [...results] };
  return Object.entries(values).map(([name, value]) => ({ name, type: attributeInt, value }));
}

/** Something for each value, which is made when it is first asked for. */
class Values<Kept> {
  readonly #kept = new Map<RecordedNode, Map<number, Kept>>();
  get({ node, index }: Value, make: () => Kept): Kept {
    const ofNode = this.#kept.get(node) ?? new Map<number, Kept>();
    this.#kept.set(node, ofNode);
    const kept = ofNode.has(index) ? (ofNode.get(index) as Kept) : make();
    ofNode.set(index, kept);
    return kept;
  }
}

function isResult(node: RecordedNode, uses: Uses): boolean {
  return uses(node, 0).includes(null);
}

function shapeOf({ node, index }: Value): readonly number[] | null {
  return node.outputs[index]?.shape ?? null;
}

function isNumber(value: Value): boolean {
  const shape = shapeOf(value);
  return shape !== null && sizeOf(shape) === 1;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function missing(node: RecordedNode | undefined): never {
  throw new Error(`a fused group reads what it does not have (${node?.type ?? 'no node'})`);
}

/** Groups of neighbouring nodes of a recorded graph, each of which can become one node without making a cycle. */
import type { RecordedNode, Uses } from '../recorded-graph.js';

/** Pairs of nodes of which each should be in one group where that can be. */
export type Neighbours = readonly (readonly [RecordedNode, RecordedNode])[];

/** Nodes on a way to the function's results, and for each of them those of them that read it. */
export function liveReaders(
  nodes: readonly RecordedNode[],
  uses: Uses,
): ReadonlyMap<RecordedNode, readonly RecordedNode[]> {
  const readers = new Map<RecordedNode, readonly RecordedNode[]>();
  for (const node of [...nodes].reverse()) {
    const all = node.outputs.flatMap((_, index) => uses(node, index));
    const living = all.filter((reader) => reader !== null).filter((reader) => readers.has(reader));
    if (living.length > 0 || all.includes(null)) readers.set(node, [...new Set(living)]);
  }
  return readers;
}

/**
 * Joins neighbours, group by group, until no two groups of neighbours can be joined. `sorts` are lists of neighbours: those of
 * a later one are joined only when there is nothing left to join in the earlier ones. Groups of one node are left out; the
 * others are in the order in which they were begun.
 */
export function joinNeighbours(
  readers: ReadonlyMap<RecordedNode, readonly RecordedNode[]>,
  sorts: readonly Neighbours[],
): ReadonlySet<RecordedNode>[] {
  const groups = new Map<RecordedNode, Set<RecordedNode>>();
  const groupOf = (node: RecordedNode) => {
    const group = groups.get(node) ?? new Set([node]);
    groups.set(node, group);
    return group;
  };
  // What could not be joined can only be once one of the two has grown by what lies on the way around.
  const refused = new Map<Neighbours[number], number>();
  const join = (neighbours: Neighbours[number]): boolean => {
    const [into, from] = [groupOf(neighbours[0]), groupOf(neighbours[1])];
    const size = into.size + from.size;
    if (into === from || refused.get(neighbours) === size) return false;
    if (isLeftAndEntered(into, from, readers, groupOf)) {
      refused.set(neighbours, size);
      return false;
    }
    for (const node of from) {
      into.add(node);
      groups.set(node, into);
    }
    return true;
  };
  for (let end = 1; end <= sorts.length; end++) {
    const neighbours = sorts.slice(0, end).flat();
    while (neighbours.filter(join).length > 0);
  }
  return [...new Set(groups.values())].filter(({ size }) => size > 1);
}

/** Whether a way leads out of the union of two groups and back into it, where every group is one node. */
function isLeftAndEntered(
  left: ReadonlySet<RecordedNode>,
  right: ReadonlySet<RecordedNode>,
  readers: ReadonlyMap<RecordedNode, readonly RecordedNode[]>,
  groupOf: (node: RecordedNode) => ReadonlySet<RecordedNode>,
): boolean {
  const outside = (groups: Iterable<ReadonlySet<RecordedNode>>) => {
    const found = new Set<ReadonlySet<RecordedNode>>();
    for (const group of groups)
      for (const node of group) for (const reader of readers.get(node) ?? []) found.add(groupOf(reader));
    return found;
  };
  const seen = outside([left, right]);
  seen.delete(left);
  seen.delete(right);
  // A set is gone through to its end, with what joins it on the way.
  for (const group of seen) {
    for (const next of outside([group])) {
      if (next === left || next === right) return true;
      seen.add(next);
    }
  }
  return false;
}

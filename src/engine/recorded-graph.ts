/** The operations of a recorded function, before they are in a graph, and what may replace some of them. */
import type { NativeAttribute } from './backend.js';

/** One operation as it was recorded; not yet in a graph that runs. */
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

/** What reads a value: nodes, and null for the function's own results, which must stay what they are. */
export type Uses = (node: RecordedNode, index: number) => readonly (RecordedNode | null)[];

/** New values for all outputs of nodes that a fusion replaces; undefined where nothing reads an output any more. */
export type Replaced = Map<RecordedNode, readonly (Value | undefined)[]>;

/** `nodes` are in an order in which every node follows those it reads. */
export type Fusion = (nodes: readonly RecordedNode[], uses: Uses) => Replaced;

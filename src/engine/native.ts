/** The addon of our own that builds and runs TensorFlow graphs (`native/graph.cc`), with types. */
import { createRequire } from 'node:module';
import type { NativeAttribute } from './backend.js';

/** A graph that grows; freed when nothing refers to it. */
export type NativeGraph = { readonly graph: unique symbol };

/** A session over a graph. */
export type NativeSession = { readonly session: unique symbol };

/** What TensorFlow infers about an output; a shape that depends on values is null. */
export interface NativeOutput {
  dtype: number;
  shape: number[] | null;
}

/** Values for one placeholder. */
export interface NativeFeed {
  operation: number;
  dtype: number;
  shape: readonly number[];
  values: ArrayBufferView;
}

/** The addon's functions. Operations are numbered in the order in which they are added. */
export interface NativeGraphs {
  newGraph(): NativeGraph;
  /** `inputs` are pairs of operation and output; `control` are operations that must run before. */
  addOperation(
    graph: NativeGraph,
    type: string,
    name: string,
    inputs: readonly number[],
    control: readonly number[],
    attributes: readonly NativeAttribute[],
  ): NativeOutput[];
  graphDefinition(graph: NativeGraph): ArrayBuffer;
  newSession(graph: NativeGraph, config: Uint8Array): NativeSession;
  closeSession(session: NativeSession): void;
  runSession(
    session: NativeSession,
    graph: NativeGraph,
    feeds: readonly NativeFeed[],
    fetches: readonly number[],
    targets: readonly number[],
    trace: boolean,
  ): { tensors: { dtype: number; shape: number[]; values: ArrayBuffer }[]; trace: ArrayBuffer | null };
}

let loaded: NativeGraphs | undefined;

/** Loads the addon from `file`; TensorFlow's settings must be made before. */
export function loadNativeGraphs(file: string): void {
  loaded = createRequire(import.meta.url)(file) as NativeGraphs;
}

/** The loaded addon; throws when `loadEngine` has not run yet, which is a mistake in this program. */
export function nativeGraphs(): NativeGraphs {
  if (!loaded) throw new Error('the engine is not loaded: call loadEngine() first');
  return loaded;
}

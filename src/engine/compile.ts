/**
 * Compiles programs: each function is recorded once, when it first runs, as part of one TensorFlow graph whose state
 * lives in resource variables, and runs through a session.
 */
import { addFunction, addVariable, type CompiledFunction } from './compiled-function.js';
import { Graph } from './graph.js';
import { sessionConfig } from './graph-session.js';
import { feedOf, floats } from './host-values.js';
import { type NativeFeed, nativeGraphs } from './native.js';
import {
  checkEntries,
  checkValues,
  type HostTensor,
  type InputSpec,
  type Program,
  type ProgramDefinition,
  type ProgramFunction,
  stateSpecs,
} from './program.js';
import { operationTimes, type TracedRun } from './trace.js';

/** A compiled program, with a view into its graph. */
export interface CompiledProgram<Name extends string> extends Program<Name> {
  /** Records the function, where that has not happened yet. */
  prepare(name: Name): void;
  /** Runs a function like `run`, while TensorFlow traces it; returns the time of each kind of operation, too. */
  trace(name: Name, inputs: Record<string, HostTensor['values']>): TracedRun;
  /** SHA-256 of the serialized graph of all that was recorded so far, and its nodes. */
  graph(): { sha256: string; nodes: number };
}

/**
 * Compiles the functions of `definition` over one state. A function may use any tfjs operation and gradients of them. It
 * must not read values on the host, have shapes that depend on values, use strings, draw random numbers (with a seed tfjs
 * gives the same ones at each call, and they become a constant), use a `tf.Variable` or keep tensors for later; such a
 * function is refused with a `RecordingError` when it is first run or prepared.
 */
export function compileProgram<Name extends string>(
  definition: ProgramDefinition<Name>,
): CompiledProgram<Name> {
  const native = nativeGraphs();
  const graph = new Graph();
  const session = native.newSession(graph.native, sessionConfig());
  const specs = stateSpecs(definition.state);
  const variables = new Map([...specs].map(([name, spec]) => [name, addVariable(graph, name, spec)]));
  const functions = new Map<Name, CompiledFunction>();
  // Recorded again, a refused function would be refused again.
  const refusals = new Map<Name, unknown>();

  const prepared = (name: Name): CompiledFunction => {
    const known = functions.get(name);
    if (known) return known;
    const refusal = refusals.get(name);
    if (refusal) throw refusal;
    const { inputs, call } = definition.functions[name];
    try {
      const compiled = addFunction(graph, variables, inputs, call);
      functions.set(name, compiled);
      return compiled;
    } catch (error) {
      refusals.set(name, error);
      throw error;
    }
  };
  const write = (entries: Record<string, HostTensor>) => {
    checkEntries(specs, entries);
    const feeds: NativeFeed[] = [];
    const assigns: number[] = [];
    for (const [name, { placeholder, write: assign }] of variables) {
      const entry = entries[name];
      if (!entry) continue;
      feeds.push(feedOf(placeholder, entry.values));
      assigns.push(assign);
    }
    // A session refuses to run nothing.
    if (feeds.length > 0) native.runSession(session, graph.native, feeds, [], assigns, false);
  };
  const execute = (name: Name, inputs: Record<string, HostTensor['values']>, trace: boolean) => {
    const compiled = prepared(name);
    const feeds = compiled.inputs.map(({ name: input, spec, placeholder }) => {
      const values = inputs[input];
      if (!values) throw new Error(`${name} needs the input ${input}`);
      checkValues(input, spec, values);
      return feedOf(placeholder, values);
    });
    const fetches = compiled.outputs.flatMap(({ output }) => [output.node, output.index]);
    // A session refuses to run nothing.
    if (fetches.length + compiled.assigns.length === 0) return { outputs: {}, trace: null };
    const result = native.runSession(session, graph.native, feeds, fetches, compiled.assigns, trace);
    const entries = compiled.outputs.map(({ name: output }, index) => {
      const tensor = result.tensors[index];
      if (!tensor) throw new Error(`${name} gave no output ${output}`);
      return [output, floats(tensor.dtype, tensor.values)] as const;
    });
    return { outputs: Object.fromEntries(entries), trace: result.trace };
  };
  write(definition.state);
  return {
    run: (name, inputs) => execute(name, inputs, false).outputs,
    prepare: (name) => {
      prepared(name);
    },
    trace(name, inputs) {
      const { outputs, trace } = execute(name, inputs, true);
      return { outputs, operations: operationTimes(new Uint8Array(trace ?? new ArrayBuffer(0))) };
    },
    graph: () => ({ sha256: graph.sha256(), nodes: graph.nodes }),
    read() {
      const all = [...variables];
      if (all.length === 0) return {};
      const fetches = all.flatMap(([, { read }]) => [read.node, read.index]);
      const { tensors } = native.runSession(session, graph.native, [], fetches, [], false);
      return Object.fromEntries(
        all.map(([name, { spec }], index) => {
          const bytes = tensors[index]?.values ?? new ArrayBuffer(0);
          const values = spec.dtype === 'float32' ? new Float32Array(bytes) : new Int32Array(bytes);
          return [name, { shape: spec.shape, values }];
        }),
      );
    },
    write,
    dispose: () => native.closeSession(session),
  };
}

/** A pure function with its state, compiled: `run` gives its outputs and keeps its state. */
export interface CompiledStep {
  run(inputs: Record<string, HostTensor['values']>): Record<string, Float32Array>;
  read(): Record<string, HostTensor>;
  write(state: Record<string, HostTensor>): void;
  dispose(): void;
}

/**
 * Compiles one function over its state; `inputs` are the kinds and shapes of what `run` will be given. Throws a
 * `RecordingError` for a function that cannot be compiled: see `compileProgram`.
 */
export function compile(
  step: ProgramFunction,
  { state, inputs }: { state: Record<string, HostTensor>; inputs: Record<string, InputSpec> },
): CompiledStep {
  const program = compileProgram({ state, functions: { step: { inputs, call: step } } });
  program.prepare('step');
  return {
    run: (values) => program.run('step', values),
    read: program.read,
    write: program.write,
    dispose: program.dispose,
  };
}

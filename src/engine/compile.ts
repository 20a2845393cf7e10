/**
 * Compiles programs: each function is recorded once, when it first runs, as part of one TensorFlow graph whose state
 * lives in resource variables, and runs through a session.
 */
import { backend } from './backend.js';
import { Graph, type GraphOutput } from './graph.js';
import { sessionConfig } from './graph-session.js';
import { dtypeOf, feedOf, floats, isFloat } from './host-values.js';
import { nativeGraphs } from './native.js';
import {
  checkSize,
  type HostTensor,
  type InputSpec,
  type Program,
  type ProgramDefinition,
  type ProgramFunction,
  type Tensors,
} from './program.js';
import { record } from './record.js';
import { operationTimes, type TracedRun } from './trace.js';

/** A compiled program, with a view into its graph. */
export interface CompiledProgram<Name extends string> extends Program<Name> {
  /** Records the function, where that has not happened yet. */
  prepare(name: Name): void;
  /** Runs a function like `run`, while TensorFlow traces it; returns the time of each kind of operation, too. */
  trace(name: Name, inputs: Record<string, HostTensor['values']>): TracedRun;
  /** SHA-256 of the serialized graph of all functions recorded so far, and its number of nodes. */
  graph(): { sha256: string; nodes: number };
}

/** One entry of the state inside the graph. */
interface Variable {
  shape: readonly number[];
  dtype: number;
  handle: GraphOutput;
  read: GraphOutput;
  placeholder: GraphOutput;
  /** The node that assigns what is fed to the placeholder. */
  write: number;
}

/** One function inside the graph. */
interface CompiledFunction {
  inputs: { name: string; spec: InputSpec; placeholder: GraphOutput }[];
  outputs: { name: string; output: GraphOutput }[];
  /** Nodes that assign the new state. */
  assigns: number[];
}

/**
 * Compiles the functions of `definition` over one state. A function may use any tfjs operation and gradients of them. It
 * must not read values on the host, have shapes that depend on values, use strings or draw random numbers; such a
 * function is refused with a `RecordingError` when it is first run or prepared.
 */
export function compileProgram<Name extends string>(
  definition: ProgramDefinition<Name>,
): CompiledProgram<Name> {
  const native = nativeGraphs();
  const graph = new Graph();
  const session = native.newSession(graph.native, sessionConfig());
  const variables = new Map(
    Object.entries(definition.state).map(([name, tensor]) => [name, addVariable(graph, name, tensor)]),
  );
  const functions = new Map<Name, CompiledFunction>();

  const prepared = (name: Name): CompiledFunction => {
    const known = functions.get(name);
    if (known) return known;
    const { inputs, call } = definition.functions[name];
    const compiled = addFunction(graph, variables, inputs, call);
    functions.set(name, compiled);
    return compiled;
  };
  const write = (entries: Record<string, HostTensor>) => {
    const pairs = Object.entries(entries).map(([name, { shape, values }]) => {
      const variable = variables.get(name);
      if (!variable) throw new Error(`the program's state has no entry ${name}`);
      checkSize(name, variable.shape, values);
      checkSize(name, shape, values);
      return { variable, feed: feedOf(variable.placeholder, values) };
    });
    // A session refuses to run nothing.
    if (pairs.length === 0) return;
    const feeds = pairs.map(({ feed }) => feed);
    native.runSession(
      session,
      graph.native,
      feeds,
      [],
      pairs.map(({ variable }) => variable.write),
      false,
    );
  };
  const execute = (name: Name, inputs: Record<string, HostTensor['values']>, trace: boolean) => {
    const compiled = prepared(name);
    const feeds = compiled.inputs.map(({ name: input, spec, placeholder }) => {
      const values = inputs[input];
      if (!values) throw new Error(`${name} needs the input ${input}`);
      checkSize(input, spec.shape, values);
      return feedOf(placeholder, values);
    });
    const fetches = compiled.outputs.flatMap(({ output }) => [output.node, output.index]);
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
        all.map(([name, { shape, dtype }], index) => {
          const values = tensors[index]?.values ?? new ArrayBuffer(0);
          return [
            name,
            { shape, values: isFloat(dtype) ? new Float32Array(values) : new Int32Array(values) },
          ];
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

/** Compiles one function over its state; `inputs` are the kinds and shapes of what `run` will be given. */
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

function addVariable(graph: Graph, name: string, { shape, values }: HostTensor): Variable {
  const { TF_ATTR_TYPE, TF_ATTR_SHAPE, TF_ATTR_STRING, TF_FLOAT, TF_INT32 } = backend().binding;
  const dtype = values instanceof Float32Array ? TF_FLOAT : TF_INT32;
  const type = { name: 'dtype', type: TF_ATTR_TYPE, value: dtype };
  const lengths = { name: 'shape', type: TF_ATTR_SHAPE, value: [...shape] };
  const sharedName = { name: 'shared_name', type: TF_ATTR_STRING, value: name };
  const handle = only(graph.add('VarHandleOp', [type, lengths, sharedName], []));
  const read = only(graph.add('ReadVariableOp', [type], [handle]));
  const placeholder = graph.placeholder(dtype, shape);
  const write = graph.addEffect('AssignVariableOp', [type], [handle, placeholder]);
  return { shape, dtype, handle, read, placeholder, write };
}

function addFunction(
  graph: Graph,
  variables: ReadonlyMap<string, Variable>,
  specs: Record<string, InputSpec>,
  call: ProgramFunction,
): CompiledFunction {
  const { TF_ATTR_TYPE } = backend().binding;
  const inputs = Object.entries(specs).map(([name, spec]) => ({
    name,
    spec,
    placeholder: graph.placeholder(dtypeOf(spec), spec.shape),
  }));
  // Nothing is assigned before everything is read: a function sees the state as it was.
  const reads = [...variables.values()].map(({ read }) => read.node);
  return record(graph, (recording) => {
    const state: Tensors = {};
    for (const [name, { read }] of variables) state[name] = recording.tensor(read);
    const fed: Tensors = {};
    for (const { name, placeholder, spec } of inputs)
      fed[name] = recording.tensor(wide(graph, placeholder, spec));
    const result = call(state, fed);
    const assigns = Object.entries(result.state).map(([name, tensor]) => {
      const variable = variables.get(name);
      if (!variable) throw new Error(`the program's state has no entry ${name}`);
      const type = { name: 'dtype', type: TF_ATTR_TYPE, value: variable.dtype };
      return graph.addEffect('AssignVariableOp', [type], [variable.handle, recording.output(tensor)], reads);
    });
    const outputs = Object.entries(result.outputs).map(([name, tensor]) => ({
      name,
      output: recording.output(tensor),
    }));
    return { inputs, outputs, assigns };
  });
}

/** A placeholder as tfjs can name it: bytes, of which it knows nothing, become whole numbers. */
function wide(graph: Graph, placeholder: GraphOutput, { dtype }: InputSpec): GraphOutput {
  if (dtype !== 'uint8') return placeholder;
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_UINT8, TF_INT32 } = backend().binding;
  return only(
    graph.add(
      'Cast',
      [
        { name: 'SrcT', type: TF_ATTR_TYPE, value: TF_UINT8 },
        { name: 'DstT', type: TF_ATTR_TYPE, value: TF_INT32 },
        { name: 'Truncate', type: TF_ATTR_BOOL, value: false },
      ],
      [placeholder],
    ),
  );
}

function only(outputs: readonly GraphOutput[]): GraphOutput {
  const [first] = outputs;
  if (!first) throw new Error('an operation gave no output');
  return first;
}

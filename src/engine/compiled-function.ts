/** Adds to a graph what a program is made of: its state as resource variables, and its functions over it. */
import { backend } from './backend.js';
import { fuse } from './fuse.js';
import type { Graph, GraphOutput } from './graph.js';
import { graphRewriting } from './graph-session.js';
import { dtypeOf } from './host-values.js';
import { checkResult, type InputSpec, type ProgramFunction, type Tensors } from './program.js';
import { record } from './record.js';
import { type Recorded, type RecordedNode, RecordingGraph, replay } from './recorded-graph.js';

/** One entry of the state inside the graph. */
export interface Variable {
  spec: InputSpec;
  handle: GraphOutput;
  read: GraphOutput;
  placeholder: GraphOutput;
  /** The node that assigns what is fed to the placeholder. */
  write: number;
}

/** One function inside the graph. */
export interface CompiledFunction {
  inputs: { name: string; spec: InputSpec; placeholder: GraphOutput }[];
  outputs: { name: string; output: GraphOutput }[];
  /** Nodes that assign the new state. */
  assigns: number[];
}

/** Adds an entry of the state: a resource variable that outlives a run. */
export function addVariable(graph: Graph, name: string, spec: InputSpec): Variable {
  const { TF_ATTR_TYPE, TF_ATTR_SHAPE, TF_ATTR_STRING } = backend().binding;
  const type = { name: 'dtype', type: TF_ATTR_TYPE, value: dtypeOf(spec) };
  const lengths = { name: 'shape', type: TF_ATTR_SHAPE, value: [...spec.shape] };
  const sharedName = { name: 'shared_name', type: TF_ATTR_STRING, value: name };
  const handle = only(graph.add('VarHandleOp', [type, lengths, sharedName], []));
  const read = only(graph.add('ReadVariableOp', [type], [handle]));
  const placeholder = graph.placeholder(dtypeOf(spec), spec.shape);
  const write = graph.addEffect('AssignVariableOp', [type], [handle, placeholder]);
  return { spec, handle, read, placeholder, write };
}

/**
 * Records `call` over `variables` and placeholders of `inputs`, and adds it to the graph, fused where graphs may be
 * rewritten. Throws what `record` throws, and where the function does not return what it should; the graph is then what it was.
 */
export function addFunction(
  graph: Graph,
  variables: ReadonlyMap<string, Variable>,
  inputSpecs: Record<string, InputSpec>,
  call: ProgramFunction,
): CompiledFunction {
  const specs = new Map([...variables].map(([name, { spec }]) => [name, spec]));
  const { recorded, given, outputNames, stateNames } = recordFunction(specs, inputSpecs, call);
  const inputs = Object.entries(inputSpecs).map(([name, spec]) => ({
    name,
    spec,
    placeholder: graph.placeholder(dtypeOf(spec), spec.shape),
  }));
  const there = new Map<RecordedNode, GraphOutput>();
  for (const [name, { read }] of variables) there.set(given.state.get(name) as RecordedNode, read);
  for (const { name, placeholder } of inputs) there.set(given.inputs.get(name) as RecordedNode, placeholder);
  const results = replay(
    graph,
    graphRewriting() && !backend().binding.isUsingGpuDevice() ? fuse(recorded) : recorded,
    there,
  );
  const outputs = outputNames.map((name, index) => ({
    name,
    output: fetchable(graph, inputs, results[index] as GraphOutput),
  }));
  const renewed = stateNames.map((name, index) => {
    // Of the state, as checkResult has found.
    const { spec, handle } = variables.get(name) as Variable;
    return { spec, handle, value: results[outputNames.length + index] as GraphOutput };
  });
  // Nothing is assigned before everything is read, so that a function sees the state as it was, and before everything
  // is computed, so that one that fails leaves it so.
  const before = [
    ...[...variables.values()].map(({ read }) => read.node),
    ...outputs.map(({ output }) => output.node),
    ...renewed.map(({ value }) => value.node),
  ];
  const assigns = renewed.map(({ spec, handle, value }) => {
    const type = { name: 'dtype', type: backend().binding.TF_ATTR_TYPE, value: dtypeOf(spec) };
    return graph.addEffect('AssignVariableOp', [type], [handle, value], [...new Set(before)]);
  });
  return { inputs, outputs, assigns };
}

/** A function apart from any graph: its results are its outputs and then its new state, by these names. */
interface RecordedFunction {
  recorded: Recorded;
  /** The nodes that stand for what it is given. */
  given: { state: Map<string, RecordedNode>; inputs: Map<string, RecordedNode> };
  outputNames: string[];
  stateNames: string[];
}

function recordFunction(
  specs: ReadonlyMap<string, InputSpec>,
  inputSpecs: Record<string, InputSpec>,
  call: ProgramFunction,
): RecordedFunction {
  const graph = new RecordingGraph();
  const placeholders = (entries: Iterable<[string, InputSpec]>) =>
    new Map([...entries].map(([name, spec]) => [name, graph.placeholder(dtypeOf(spec), spec.shape)]));
  const state = placeholders(specs);
  const inputs = placeholders(Object.entries(inputSpecs));
  const nodes = (outputs: Map<string, GraphOutput>) =>
    new Map([...outputs].map(([name, output]) => [name, graph.value(output).node]));
  return record(graph, (recording) => {
    const tensors: Tensors = {};
    for (const [name, output] of state) tensors[name] = recording.tensor(output);
    const fed: Tensors = {};
    for (const [name, output] of inputs)
      fed[name] = recording.tensor(wide(graph, output, inputSpecs[name] as InputSpec));
    const result = call(tensors, fed);
    checkResult(specs, result);
    const results = [...Object.values(result.outputs), ...Object.values(result.state)];
    const values = results.map((tensor) => graph.value(recording.output(tensor)));
    return {
      recorded: { nodes: graph.recorded, results: values },
      given: { state: nodes(state), inputs: nodes(inputs) },
      outputNames: Object.keys(result.outputs),
      stateNames: Object.keys(result.state),
    };
  });
}

/** A session does not give back what it was fed itself: an input that is an output goes through a node of its own. */
function fetchable(graph: Graph, inputs: CompiledFunction['inputs'], output: GraphOutput): GraphOutput {
  if (!inputs.some(({ placeholder }) => placeholder.node === output.node)) return output;
  const type = { name: 'T', type: backend().binding.TF_ATTR_TYPE, value: output.dtype };
  return only(graph.add('Identity', [type], [output]));
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

/**
 * Records a function of tfjs operations as nodes of a graph, without running any of them: while it runs, every operation
 * that would go to TensorFlow becomes a node instead, and its results are tensors without values.
 */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-node-gpu';
import { backend, type NativeAttribute, type NativeBackend } from './backend.js';
import type { Graph, GraphOutput } from './graph.js';
import { tf } from './tensorflow.js';

/** Why a function cannot be recorded. */
export class RecordingError extends Error {
  constructor(problem: string) {
    super(`the function cannot be compiled: ${problem}`);
    this.name = 'RecordingError';
  }
}

/** What tfjs's backend keeps of a tensor. */
interface TensorRecord {
  shape: readonly number[];
  dtype: number;
  id: number;
  values: ArrayBufferView | null;
  refCount: number;
}

/** The members of the backend that a recording replaces or reads. */
type RecordedBackend = NativeBackend & {
  tensorMap: {
    set(dataId: object, record: TensorRecord): void;
    get(dataId: object): TensorRecord;
    has(dataId: object): boolean;
  };
};

/** The backends that record right now. */
const recorded = new WeakSet<NativeBackend>();

/** Operations whose result differs from call to call; a graph would run them unseeded. Those that take a seed do not. */
const randomOperations = /^(Random|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal)/;

/** Outputs that only go back into TensorFlow, so that nobody needs their shapes: operation and number of the output. */
const opaqueOutputs: Readonly<Record<string, number>> = { FusedBatchNormV3: 5 };

/** The tensors that stand for nodes of the graph while a function is recorded. */
export interface Recording {
  /** A tensor that stands for `output`. */
  tensor(output: GraphOutput): Tensor;
  /** The node output that `tensor` stands for; a constant where no node made it. */
  output(tensor: TensorInfo): GraphOutput;
}

/**
 * Runs `call` while recording into `graph`, and returns what it returns; it must return no tensors. Throws a
 * RecordingError where the function reads values on the host, has shapes that depend on values, draws random numbers,
 * assigns a variable, keeps a tensor beyond its end, or records in turn.
 */
export function record<Result>(graph: Graph, call: (recording: Recording) => Result): Result {
  const native = backend() as RecordedBackend;
  if (recorded.has(native)) throw new RecordingError('it compiles a function in turn');
  const outputs = new WeakMap<object, GraphOutput>();
  const symbols: object[] = [];
  const recording: Recording = {
    tensor: (output) => {
      const tensor = symbol(native, output, outputs);
      symbols.push(tensor.dataId);
      return tensor;
    },
    output: (tensor) => outputs.get(tensor.dataId) ?? constant(native, graph, tensor, outputs),
  };
  const execute = (name: string, attributes: NativeAttribute[], inputs: TensorInfo[]): Tensor[] => {
    if (randomOperations.test(name)) {
      throw new RecordingError(`it draws random numbers (${name}); feed them as an input`);
    }
    const nodes = graph.add(name, attributes, inputs.map(recording.output));
    return nodes.map((node) => {
      if (!node.shape && opaqueOutputs[name] !== node.index)
        throw new RecordingError(`the shape of the result of ${name} depends on values`);
      return recording.tensor(node);
    });
  };
  const original = {
    executeSingleOutput: native.executeSingleOutput,
    executeMultipleOutputs: native.executeMultipleOutputs,
    readSync: native.readSync,
  };
  native.executeSingleOutput = (name, attributes, inputs) => execute(name, attributes, inputs)[0] as Tensor;
  native.executeMultipleOutputs = (name, attributes, inputs, count) => {
    const results = execute(name, attributes, inputs);
    for (const unused of results.slice(count)) unused.dispose();
    return results.slice(0, count);
  };
  const gather = looseGather();
  native.readSync = (dataId) => {
    if (outputs.has(dataId)) {
      if (gather.running()) return new Int32Array(0);
      throw new RecordingError(
        'it reads a value on the host (dataSync, arraySync), which would be frozen into the graph',
      );
    }
    return original.readSync.call(native, dataId);
  };
  // A variable would change once, while this records, and not when the graph runs.
  const { assign } = tf().Variable.prototype;
  tf().Variable.prototype.assign = () => {
    throw new RecordingError('it assigns a variable; return new state instead');
  };
  // Some of tfjs's random functions draw on the host, from a generator that Math.random seeds where nobody does.
  const { random } = Math;
  Math.random = () => {
    throw new RecordingError('it draws random numbers on the host, which would be frozen into the graph');
  };
  recorded.add(native);
  try {
    let result: Result | undefined;
    tf().tidy(() => {
      result = call(recording);
    });
    if (symbols.some((dataId) => native.tensorMap.has(dataId))) {
      throw new RecordingError(
        'it keeps a tensor (tf.keep, tf.variable), which has no values outside of the graph',
      );
    }
    return result as Result;
  } finally {
    recorded.delete(native);
    tf().Variable.prototype.assign = assign;
    Object.assign(native, original);
    gather.restore();
    Math.random = random;
  }
}

/**
 * Lets tfjs's gather, the only one of its operations that reads on the host (to check its indices), run while recording,
 * until `restore` is called; TensorFlow checks the indices again when the graph runs. `running` says whether it runs.
 */
function looseGather(): { running(): boolean; restore(): void } {
  const { getKernel, registerKernel, unregisterKernel } = tf();
  const original = getKernel('GatherV2', 'tensorflow');
  let depth = 0;
  const replace = (kernelFunc: typeof original.kernelFunc) => {
    unregisterKernel('GatherV2', 'tensorflow');
    registerKernel({ ...original, kernelFunc });
  };
  replace((call) => {
    depth += 1;
    try {
      return original.kernelFunc(call);
    } finally {
      depth -= 1;
    }
  });
  return { running: () => depth > 0, restore: () => replace(original.kernelFunc) };
}

/** A tensor without values. */
function symbol(native: RecordedBackend, output: GraphOutput, outputs: WeakMap<object, GraphOutput>): Tensor {
  const dataId = {};
  outputs.set(dataId, output);
  const shape = [...(output.shape ?? [])];
  native.tensorMap.set(dataId, { shape, dtype: output.dtype, id: -1, values: null, refCount: 1 });
  return tf()
    .engine()
    .makeTensorFromTensorInfo({ dataId, shape, dtype: dtypeName(native, output.dtype) });
}

/** The values of a tensor that was made on the host, as a constant. */
function constant(
  native: RecordedBackend,
  graph: Graph,
  tensor: TensorInfo & { valueArray?: Int32Array },
  outputs: WeakMap<object, GraphOutput>,
): GraphOutput {
  // tfjs passes a few arguments as 64-bit numbers of its own kind, two 32-bit halves each.
  if (tensor.valueArray) return graph.constant({ dtype: int64, shape: [], values: tensor.valueArray });
  const { dtype, shape, values, id } = native.tensorMap.get(tensor.dataId);
  const held = values ?? native.binding.tensorDataSync(id);
  if (!ArrayBuffer.isView(held)) throw new RecordingError('it uses strings');
  const output = graph.constant({ dtype, shape, values: typed(native, dtype, held) });
  outputs.set(tensor.dataId, output);
  return output;
}

/** TF_INT64 of TensorFlow's C interface. */
const int64 = 9;

function typed(native: RecordedBackend, dtype: number, values: ArrayBufferView): ArrayBufferView {
  const { TF_FLOAT, TF_INT32 } = native.binding;
  const numbers = values as Float32Array;
  if (dtype === TF_FLOAT && !(values instanceof Float32Array)) return Float32Array.from(numbers);
  if (dtype === TF_INT32 && !(values instanceof Int32Array)) return Int32Array.from(numbers);
  return values;
}

/** TF_COMPLEX64 and TF_STRING of TensorFlow's C interface. */
const complex64 = 8;
const string = 7;

function dtypeName(native: RecordedBackend, dtype: number): 'float32' | 'int32' | 'bool' | 'complex64' {
  const { TF_FLOAT, TF_BOOL } = native.binding;
  if (dtype === TF_FLOAT) return 'float32';
  if (dtype === complex64) return 'complex64';
  if (dtype === string) throw new RecordingError('it uses strings');
  return dtype === TF_BOOL ? 'bool' : 'int32';
}

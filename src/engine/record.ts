/**
 * Records a function of tfjs operations as nodes of a graph, without running any of them: while it runs, every operation
 * that would go to TensorFlow becomes a node instead, and its results are tensors without values.
 */
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-node-gpu';
import { backend, type NativeAttribute, type NativeBackend } from './backend.js';
import type { Graph, GraphOutput } from './graph.js';
import { guardRecording, RecordingError } from './guard.js';
import { tf } from './tensorflow.js';

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

/** The backends that record right now. */
const recorded = new WeakSet<NativeBackend>();

/**
 * Runs `call` while recording into `graph`, and returns what it returns; it must return no tensors. Throws a
 * RecordingError where the function reads values on the host, has shapes that depend on values, draws random numbers
 * without a seed, uses strings, reads or assigns a variable, keeps a tensor beyond its end, or records in turn.
 */
export function record<Result>(graph: Graph, call: (recording: Recording) => Result): Result {
  const native = backend() as RecordedBackend;
  if (recorded.has(native)) throw new RecordingError('it compiles a function in turn');
  const outputs = new WeakMap<object, GraphOutput>();
  const symbols: object[] = [];
  const guard = guardRecording(native, (dataId) => outputs.has(dataId));
  const recording: Recording = {
    tensor: (output) => {
      const tensor = symbol(native, output, outputs);
      symbols.push(tensor.dataId);
      return tensor;
    },
    output: (tensor) => {
      if (guard.isVariable(tensor.dataId)) {
        throw guard.refuse(
          'it reads a variable, whose values would be frozen into the graph; make it state instead',
        );
      }
      return outputs.get(tensor.dataId) ?? constant(native, graph, tensor, outputs);
    },
  };
  const execute = (name: string, attributes: NativeAttribute[], inputs: TensorInfo[]): Tensor[] => {
    if (randomOperations.test(name)) {
      throw guard.refuse(`it draws random numbers (${name}); feed them as an input`);
    }
    const nodes = graph.add(name, attributes, inputs.map(recording.output));
    return nodes.map((node) => {
      if (!node.shape && opaqueOutputs[name] !== node.index)
        throw guard.refuse(`the shape of the result of ${name} depends on values`);
      return recording.tensor(node);
    });
  };
  const { executeSingleOutput, executeMultipleOutputs } = native;
  native.executeSingleOutput = (name, attributes, inputs) => execute(name, attributes, inputs)[0] as Tensor;
  native.executeMultipleOutputs = (name, attributes, inputs, count) => {
    const results = execute(name, attributes, inputs);
    for (const unused of results.slice(count)) unused.dispose();
    return results.slice(0, count);
  };
  recorded.add(native);
  try {
    let result: Result | undefined;
    tf().tidy(() => {
      result = call(recording);
    });
    if (symbols.some((dataId) => native.tensorMap.has(dataId))) {
      throw guard.refuse(
        'it keeps a tensor (tf.keep, tf.variable), which has no values outside of the graph',
      );
    }
    const refusal = guard.refusal();
    if (refusal) throw refusal;
    return result as Result;
  } catch (error) {
    throw guard.refusal() ?? error;
  } finally {
    recorded.delete(native);
    Object.assign(native, { executeSingleOutput, executeMultipleOutputs });
    guard.restore();
  }
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

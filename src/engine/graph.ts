/** A TensorFlow graph under construction: nodes, constants, and the shapes that TensorFlow infers. */
import { createHash } from 'node:crypto';
import { backend, type NativeAttribute } from './backend.js';
import { canonicalGraph } from './canonical-graph.js';
import { type NativeGraph, nativeGraphs } from './native.js';

/** One output of one node. */
export interface GraphOutput {
  node: number;
  index: number;
  /** TensorFlow's number of the data type. */
  dtype: number;
  /** Null where the shape depends on values. */
  shape: readonly number[] | null;
}

/** Values of a constant. */
export interface ConstantValues {
  dtype: number;
  shape: readonly number[];
  values: ArrayBufferView;
}

/** Constants up to this size are shared between their uses. */
const sharedBytes = 4096;

/** A growing graph. Nodes are named by their number and type, so the same steps give the same graph. */
export class Graph {
  readonly native: NativeGraph = nativeGraphs().newGraph();
  readonly #constants = new Map<string, GraphOutput>();
  #nodes = 0;

  /** Adds a node; throws with TensorFlow's words where it does not accept it. */
  add(
    type: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly GraphOutput[],
    control: readonly number[] = [],
  ): GraphOutput[] {
    const node = this.#nodes;
    const flat = inputs.flatMap((input) => [input.node, input.index]);
    const outputs = nativeGraphs().addOperation(
      this.native,
      type,
      `${node}_${type}`,
      flat,
      control,
      attributes,
    );
    this.#nodes += 1;
    return outputs.map(({ dtype, shape }, index) => ({ node, index, dtype, shape }));
  }

  /** Adds a node without outputs; returns its number. */
  addEffect(
    type: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly GraphOutput[],
    control: readonly number[] = [],
  ): number {
    this.add(type, attributes, inputs, control);
    return this.#nodes - 1;
  }

  /** A constant; small equal ones are one node. */
  constant(constant: ConstantValues): GraphOutput {
    const { dtype, shape, values } = constant;
    const key = values.byteLength <= sharedBytes ? keyOf(constant) : null;
    const known = key === null ? undefined : this.#constants.get(key);
    if (known) return known;
    const { TF_ATTR_TYPE } = backend().binding;
    const [output] = this.add(
      'Const',
      [
        { name: 'dtype', type: TF_ATTR_TYPE, value: dtype },
        { name: 'value', type: attributeTensor, value: { dtype, shape: [...shape], values } },
      ],
      [],
    );
    if (!output) throw new Error('a constant has no output');
    if (key !== null) this.#constants.set(key, output);
    return output;
  }

  /** A value to be fed. */
  placeholder(dtype: number, shape: readonly number[]): GraphOutput {
    const { TF_ATTR_TYPE, TF_ATTR_SHAPE } = backend().binding;
    const [output] = this.add(
      'Placeholder',
      [
        { name: 'dtype', type: TF_ATTR_TYPE, value: dtype },
        { name: 'shape', type: TF_ATTR_SHAPE, value: [...shape] },
      ],
      [],
    );
    if (!output) throw new Error('a placeholder has no output');
    return output;
  }

  /** SHA-256 of the serialized graph, the same for the same graph. */
  sha256(): string {
    const bytes = new Uint8Array(nativeGraphs().graphDefinition(this.native));
    return createHash('sha256').update(canonicalGraph(bytes)).digest('hex');
  }

  get nodes(): number {
    return this.#nodes;
  }
}

/** TF_ATTR_TENSOR of TensorFlow's C interface, which the addon of tfjs does not name. */
const attributeTensor = 6;

function keyOf({ dtype, shape, values }: ConstantValues): string {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return `${dtype}/${shape.join(',')}/${bytes.toString('base64')}`;
}

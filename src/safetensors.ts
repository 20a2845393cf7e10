/** Reads and writes the safetensors format: a JSON header and raw little-endian arrays, readable from Python. */
import { SambenchError } from './errors.js';

/** One named array; 32-bit floats and whole numbers and bytes are all that this project stores. */
export interface StoredTensor {
  shape: readonly number[];
  values: Float32Array | Int32Array | Uint8Array;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const metadataKey = '__metadata__';

/** The arrays of a file's `bytes` by name; a damaged file is an error that names `file`. */
export function readSafetensors(bytes: Uint8Array, file: string): Map<string, StoredTensor> {
  const damaged = (problem: string) => new SambenchError('result-invalid', { problem, file });
  if (bytes.length < 8) throw damaged('the file is too short for safetensors');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const start = 8 + headerLength;
  if (start > bytes.length) throw damaged('the safetensors header is longer than the file');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  } catch {
    throw damaged('the safetensors header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw damaged('the safetensors header is no object');
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === metadataKey) continue;
    if (!isEntry(entry)) throw damaged(`the header's entry ${name} is none of an array`);
    const [from, to] = entry.data_offsets;
    // A copy, so that the array starts at an address that its type allows.
    const data = new Uint8Array(bytes.subarray(start + from, start + to));
    if (data.length !== to - from) throw damaged(`the array ${name} is cut short`);
    const values = arrayOf(entry.dtype, data, () => damaged(`${name} is ${entry.dtype}`));
    if (entry.shape.reduce((product, length) => product * length, 1) !== values.length)
      throw damaged(`the array ${name} does not have the size of its shape`);
    tensors.set(name, { shape: entry.shape, values });
  }
  return tensors;
}

/** The arrays as one file, in the order of the map, with `metadata` strings in the header. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { [metadataKey]: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    const dtype = values instanceof Float32Array ? 'F32' : values instanceof Int32Array ? 'I32' : 'U8';
    header[name] = { dtype, shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = JSON.stringify(header);
  const encoded = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + encoded.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  let position = 8 + encoded.length;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    position += values.byteLength;
  }
  return bytes;
}

/** The string metadata of a file's header. */
export function readSafetensorsMetadata(bytes: Uint8Array): Record<string, string> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))[metadataKey] ?? {};
}

function isEntry(entry: unknown): entry is HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<HeaderEntry>;
  return typeof dtype === 'string' && Array.isArray(shape) && Array.isArray(offsets) && offsets.length === 2;
}

function arrayOf(dtype: string, data: Uint8Array, refuse: () => Error): StoredTensor['values'] {
  if (dtype === 'F32') return new Float32Array(data.buffer, 0, data.length / 4);
  if (dtype === 'I32') return new Int32Array(data.buffer, 0, data.length / 4);
  if (dtype === 'U8') return data;
  throw refuse();
}

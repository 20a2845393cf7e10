import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SambenchError } from '../src/errors.js';
import {
  readSafetensors,
  readSafetensorsMetadata,
  type StoredTensor,
  writeSafetensors,
} from '../src/safetensors.js';

const tensors = new Map<string, StoredTensor>([
  ['bytes', { shape: [3], values: Uint8Array.of(1, 2, 255) }],
  ['floats', { shape: [2, 2], values: Float32Array.of(1.5, -0, Number.NaN, Number.POSITIVE_INFINITY) }],
  ['whole', { shape: [], values: Int32Array.of(-7) }],
  ['none', { shape: [0, 4], values: new Float32Array(0) }],
]);

/** A file as the format's description says it, made by hand. */
function file(header: unknown, data: readonly number[]): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes, 'weights.safetensors');
  } catch (error) {
    if (error instanceof SambenchError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('safetensors', () => {
  it('come back as they were written, kinds, shapes, order and odd values', () => {
    const found = readSafetensors(writeSafetensors(tensors), 'x');
    expect([...found]).toEqual([...tensors]);
    expect(Object.is(found.get('floats')?.values[1], -0)).toBe(true);
  });

  it('carry strings beside the arrays', () => {
    expect(readSafetensorsMetadata(writeSafetensors(tensors, { cell: 'a', note: 'ä' }))).toEqual({
      cell: 'a',
      note: 'ä',
    });
    expect(readSafetensorsMetadata(file({}, []))).toEqual({});
  });

  it('are laid out as the format says: length, JSON, arrays end to end', () => {
    const bytes = writeSafetensors(new Map([['a', { shape: [2], values: Float32Array.of(1, 2) }]]));
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect((8 + length) % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      __metadata__: {},
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    expect(Array.from(bytes.subarray(8 + length))).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
  });

  it('of another writer are read, with arrays at any address and in any order of the header', () => {
    const header = {
      late: { dtype: 'I32', shape: [1], data_offsets: [1, 5] },
      early: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    };
    const found = readSafetensors(file(header, [9, 1, 0, 0, 0]), 'x');
    expect(found.get('early')?.values).toEqual(Uint8Array.of(9));
    expect(found.get('late')?.values).toEqual(Int32Array.of(1));
  });

  it('written by Python are read: those of the golden set', () => {
    const found = readSafetensors(readFileSync(join(import.meta.dirname, 'golden/init.safetensors')), 'x');
    expect(found.size).toBe(142);
    expect(found.get('stem.kernel')).toMatchObject({ shape: [3, 3, 3, 16] });
    expect(found.get('stem.kernel')?.values).toBeInstanceOf(Float32Array);
    expect(found.get('batch.images')?.values).toBeInstanceOf(Uint8Array);
    // he_normal of 27 inputs, cut off at two standard deviations.
    const kernel = found.get('stem.kernel')?.values ?? [];
    expect(Math.max(...kernel)).toBeLessThan((2 * Math.sqrt(2 / 27)) / 0.87962566103423978);
  });

  it('read from the middle of a larger buffer are the same', () => {
    const bytes = writeSafetensors(tensors, { note: 'n' });
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 5);
    const part = larger.subarray(5, 5 + bytes.length);
    expect([...readSafetensors(part, 'x')]).toEqual([...tensors]);
    expect(readSafetensorsMetadata(part)).toEqual({ note: 'n' });
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['shorter than its header', file({}, []).subarray(0, 9)],
    ['without JSON', file('{"a":', [])],
    ['cut short', file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, [0, 0, 0, 0])],
    [
      'with an array of an unknown kind',
      file({ a: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] } }, [0, 0]),
    ],
    [
      'with a shape that its array does not fill',
      file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
    ],
    ['with half a number', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 3] } }, [0, 0, 0])],
    ['with an entry that is none', file({ a: 7 }, [])],
    ['with a header that is no object', file('null', [])],
  ])('that are %s are refused, naming the file', (_, bytes) => {
    expect(refusal(bytes)).toMatch(/^weights\.safetensors: /);
  });
});

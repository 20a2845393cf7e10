/** Reads messages of protocol buffers field by field: TensorFlow's graphs and traces, of which few fields matter here. */

/** One field of a message. */
export interface Field {
  number: number;
  /** The bytes of all of it, its tag included. */
  whole: Uint8Array;
  /** Those of its body where it has a length (text, nested message); null where it has none. */
  body: Uint8Array | null;
  /** The whole number that it is, rounded from 2^53 on; null where it has a length or a fixed size. */
  value: number | null;
}

/** The fields of `message` in their order; throws where it is cut short or of an old kind. */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const key = varint(message, at);
    const { end, body, value } = contentOf(message, key.end, key.value % 8);
    if (end > message.length) throw new Error('the message of a protocol buffer is cut short');
    fields.push({ number: Math.floor(key.value / 8), whole: message.subarray(at, end), body, value });
    at = end;
  }
  return fields;
}

/** What stands after the tag of a field whose kind is `wireType`. */
function contentOf(
  message: Uint8Array,
  start: number,
  wireType: number,
): Pick<Field, 'body' | 'value'> & { end: number } {
  switch (wireType) {
    case 0:
      return { ...varint(message, start), body: null };
    case 1:
      return { end: start + 8, body: null, value: null };
    case 2: {
      const length = varint(message, start);
      const end = length.end + length.value;
      return { end, body: message.subarray(length.end, end), value: null };
    }
    case 5:
      return { end: start + 4, body: null, value: null };
    default:
      throw new Error('the message of a protocol buffer cannot be read');
  }
}

/** A whole number in protocol buffers' base 128, exact below 2^53, and where it ends. */
function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; ; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('the message of a protocol buffer is cut short');
    value += (byte % 128) * scale;
    if (byte < 128) return { value, end: at + 1 };
    scale *= 128;
  }
}

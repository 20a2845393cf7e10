/**
 * Puts a serialized graph into one order. Protocol buffers write the attributes of a node as a map, in an order that
 * differs from run to run; sorted, equal graphs have equal bytes.
 */

/** Field numbers of TensorFlow's messages: `GraphDef.node` and `NodeDef.attr`. */
const nodeField = 1;
const attributeField = 5;

/** One field of a message: its number, the bytes of all of it, and those of its body where it has a length. */
interface Field {
  number: number;
  whole: Uint8Array;
  body: Uint8Array | null;
}

/** A GraphDef with the attributes of every node in the order of their bytes; otherwise the same message. */
export function canonicalGraph(graph: Uint8Array): Uint8Array {
  const parts = fieldsOf(graph).map(({ number, whole, body }) => {
    if (number !== nodeField || !body) return whole;
    // The same fields in another order: tag and length of the node stay as they are.
    return Buffer.concat([whole.subarray(0, whole.length - body.length), canonicalNode(body)]);
  });
  return Buffer.concat(parts);
}

function canonicalNode(node: Uint8Array): Uint8Array {
  const fields = fieldsOf(node);
  const attributes = fields.filter(({ number }) => number === attributeField).map(({ whole }) => whole);
  const others = fields.filter(({ number }) => number !== attributeField).map(({ whole }) => whole);
  return Buffer.concat([...others, ...attributes.sort(Buffer.compare)]);
}

function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const start = at;
    const key = varint(message, at);
    at = key.end;
    const number = Math.floor(key.value / 8);
    switch (key.value % 8) {
      case 0:
        at = varint(message, at).end;
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint(message, at);
        at = length.end + length.value;
        fields.push({ number, whole: message.subarray(start, at), body: message.subarray(length.end, at) });
        continue;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error('the serialized graph cannot be read');
    }
    fields.push({ number, whole: message.subarray(start, at), body: null });
  }
  return fields;
}

/** A whole number below 2^53 in protocol buffers' base 128, and where it ends. */
function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; ; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('the serialized graph is cut short');
    value += (byte % 128) * scale;
    if (byte < 128) return { value, end: at + 1 };
    scale *= 128;
  }
}

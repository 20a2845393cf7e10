/**
 * Puts a serialized graph into one order. Protocol buffers write the attributes of a node as a map, in an order that
 * differs from run to run; sorted, equal graphs have equal bytes.
 */
import { fieldsOf } from './protocol-buffer.js';

/** Field numbers of TensorFlow's messages: `GraphDef.node` and `NodeDef.attr`. */
const nodeField = 1;
const attributeField = 5;

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

/** A conversion to the kind of numbers that they are already, as TensorFlow.js puts after some operations, is left out. */
import { attributeOf, type Fusion } from '../recorded-graph.js';

export const sameCast: Fusion = (nodes) =>
  new Map(
    nodes
      .filter((node) => node.type === 'Cast' && attributeOf(node, 'SrcT') === attributeOf(node, 'DstT'))
      .map((node) => [node, node.inputs]),
  );

/** What a compiled program does more than an eager one: groups of operations that become one, in place in its graph. */
import { elementwise } from './fusions/elementwise.js';
import { measuredGradient } from './fusions/measured-gradient.js';
import { normalizedInput } from './fusions/normalized-input.js';
import { pooledNormalization } from './fusions/pooled-normalization.js';
import { rectifiedBranch } from './fusions/rectified-branch.js';
import { sameCast } from './fusions/same-cast.js';
import { sampledSource } from './fusions/sampled-source.js';
import { type Fusion, type Recorded, substitute, usesOf } from './recorded-graph.js';

/** In this order: what one leaves, the next may find. */
const fusions: readonly Fusion[] = [
  sameCast,
  sampledSource,
  normalizedInput,
  measuredGradient,
  rectifiedBranch,
  pooledNormalization,
  elementwise,
];

/** `recorded` with fewer operations that compute the same up to the order of sums. */
export function fuse(recorded: Recorded): Recorded {
  // What nothing reads would only hinder.
  const read = substitute(recorded, new Map());
  return fusions.reduce((found, fusion) => substitute(found, fusion(found.nodes, usesOf(found))), read);
}

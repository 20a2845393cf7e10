/** Clipping of the gradient by its global norm, which every base has as the setting `clipNorm`. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../engine/tensorflow.js';
import { norm } from '../vector.js';

/**
 * `gradient` shortened to the L2 norm `limit` where it is longer: g min(1, limit / (|g| + 1e-12)), over all parameters at once
 * (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1); as it is for a limit of 0.
 */
export function clippedToNorm(gradient: Tensor1D, limit: number): Tensor1D {
  if (limit === 0) return gradient;
  const { mul, minimum, div, add } = tf();
  return mul(gradient, minimum(1, div(limit, add(norm(gradient), 1e-12))));
}

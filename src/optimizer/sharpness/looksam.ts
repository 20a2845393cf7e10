/** SAM in every k-th step; in between, its part across the gradient is used again. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { norm, orthogonalTo } from '../vector.js';
import { sam } from './sam.js';

/**
 * A whole step is SAM's, and keeps v = s - (s.g / |g|²) g, the part of SAM's gradient s across the gradient g at w.
 * A light step takes g alone and hands on g + alpha |g| / (|v| + 1e-12) v. Norms are over all parameters.
 */
export const looksam: SharpnessRule = {
  name: 'looksam',
  title: 'LookSAM',
  source: 'Liu et al. 2022, arXiv:2203.02714, algorithm 1, without its layer-wise scaling',
  settings: Type.Object({
    ...sam.settings.properties,
    k: Type.Integer({ minimum: 1, description: 'Steps from one step of SAM to the next; 1 is SAM.' }),
    alpha: Type.Number({ minimum: 0, description: 'Weight of the kept part, in norms of the gradient.' }),
  }),
  gradientEvaluations: (_settings, kind) => (kind === 'whole' ? 2 : 1),
  cycle: ({ k }) => Number(k),
  perturbationNorm: ({ rho, k }, step) => (step % Number(k) === 0 ? Number(rho) : null),
  state: () => ({ across: 'vector' }),
  gradient(at, parameters, context) {
    const { add, mul, div } = tf();
    const { settings, state, kind } = context;
    if (kind === 'whole') {
      const ofSam = sam.gradient(at, parameters, context);
      return { ...ofSam, state: { across: orthogonalTo(ofSam.gradient, ofSam.clean.gradient) } };
    }
    if (!state.across) throw new TypeError('the state of looksam is incomplete');
    const across = state.across as Tensor1D;
    const clean = at(parameters);
    const length = div(mul(norm(clean.gradient), numberOf(settings, 'alpha')), add(norm(across), 1e-12));
    const gradient: Tensor1D = add(clean.gradient, mul(across, length));
    return { gradient, clean, perturbed: null, perturbation: null, state: { across } };
  },
};

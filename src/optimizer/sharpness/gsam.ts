/** SAM that also closes the gap between the perturbed loss and the loss. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { orthogonalTo } from '../vector.js';
import { sam } from './sam.js';

/**
 * With g at w, p = SAM's gradient at w + e and v = g - (g.p / |p|²) p, the part of g across p: p - alpha v. A step
 * along v raises the loss at w and leaves that at w + e as it is, to first order: the gap shrinks. rho is constant, where
 * the paper lets it follow the rate.
 */
export const gsam: SharpnessRule = {
  name: 'gsam',
  title: 'Surrogate gap guided SAM',
  source: 'Zhuang et al. 2022, arXiv:2203.08065, algorithm 1',
  settings: Type.Object({
    ...sam.settings.properties,
    alpha: Type.Number({ minimum: 0, description: 'Weight of the step that closes the gap; 0 is SAM.' }),
  }),
  gradientEvaluations: () => 2,
  perturbationNorm: ({ rho }) => Number(rho),
  gradient(at, parameters, context) {
    const { sub, mul } = tf();
    const ofSam = sam.gradient(at, parameters, context);
    const across = orthogonalTo(ofSam.clean.gradient, ofSam.gradient);
    const gradient: Tensor1D = sub(ofSam.gradient, mul(across, numberOf(context.settings, 'alpha')));
    return { ...ofSam, gradient };
  },
};

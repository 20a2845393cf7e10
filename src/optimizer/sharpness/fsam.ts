/** SAM along the batch's own part of the gradient, what all batches share being taken out. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { scaledToNorm } from '../vector.js';
import { rhoSetting } from './sam.js';

/**
 * m = lambda m + (1 - lambda) g, from 0; d = g - sigma m; e = rho d / (|d| + 1e-12); the gradient at w + e. The authors'
 * code subtracts the m of the step before, which for sigma = 1 is the same direction, and begins with m = g, not with 0:
 * that difference fades with lambda to the power of the steps.
 */
export const fsam: SharpnessRule = {
  name: 'fsam',
  title: 'Friendly SAM',
  source: 'Li et al. 2024, arXiv:2403.12350, algorithm 1',
  settings: Type.Object({
    rho: rhoSetting,
    sigma: Type.Number({ minimum: 0, description: 'Share of the mean gradient taken out; 0 is SAM.' }),
    lambda: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Share of the mean gradient that a step keeps.',
    }),
  }),
  gradientEvaluations: () => 2,
  perturbationNorm: ({ rho }) => Number(rho),
  state: () => ({ meanGradient: 'vector' }),
  gradient(at, parameters, { settings, state }) {
    const { add, mul, sub } = tf();
    const lambda = numberOf(settings, 'lambda');
    if (!state.meanGradient) throw new TypeError('the state of fsam is incomplete');
    const clean = at(parameters);
    const meanGradient: Tensor1D = add(mul(state.meanGradient, lambda), mul(clean.gradient, 1 - lambda));
    const direction: Tensor1D = sub(clean.gradient, mul(meanGradient, numberOf(settings, 'sigma')));
    const perturbation = scaledToNorm(direction, numberOf(settings, 'rho'));
    const perturbed = at(add(parameters, perturbation));
    return { gradient: perturbed.gradient, clean, perturbed, perturbation, state: { meanGradient } };
  },
};

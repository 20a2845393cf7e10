/** A random direction in place of the gradient's: the control that shows whether SAM's direction matters. */
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { scaledToNorm } from '../vector.js';
import { rhoSetting } from './sam.js';

/**
 * e = rho z / (|z| + 1e-12) with z standard normal, new at each step; the gradient at w + e. The gradient at w is taken
 * as well and only looked at, so that nothing but the direction differs from SAM: same cost, same moving statistics.
 */
export const random: SharpnessRule = {
  name: 'random',
  title: 'Random perturbation of the same norm',
  source:
    'A control for Foret et al. 2021, arXiv:2010.01412: equation 3 with a random direction in place of equation 2',
  settings: Type.Object({ rho: rhoSetting }),
  gradientEvaluations: () => 2,
  perturbationNorm: ({ rho }) => Number(rho),
  noise: true,
  gradient(at, parameters, { settings, noise }) {
    if (!noise) throw new TypeError('random needs noise');
    const clean = at(parameters);
    const perturbation = scaledToNorm(noise, numberOf(settings, 'rho'));
    const perturbed = at(tf().add(parameters, perturbation));
    return { gradient: perturbed.gradient, clean, perturbed, perturbation };
  },
};

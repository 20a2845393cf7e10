/** The order of operations of the blog post that this project began with, kept to show its defect. */
import Type from 'typebox';
import { hidden } from '../../engine/operations/hidden.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { scaledToNorm } from '../vector.js';
import { rhoSetting } from './sam.js';

/**
 * The second gradient is taken before the perturbation is added, so it is the first one again: the base update alone at
 * twice the cost. The perturbation is computed and reported, and changes nothing.
 */
export const samAsPublished: SharpnessRule = {
  name: 'sam-as-published',
  title: 'SAM as the blog post published it',
  source: 'The blog post that this project started from, whose second gradient precedes the perturbation',
  settings: Type.Object({ rho: rhoSetting }),
  applies: false,
  gradientEvaluations: () => 2,
  perturbationNorm: ({ rho }) => Number(rho),
  gradient(at, parameters, { settings }) {
    const clean = at(parameters);
    const perturbation = scaledToNorm(clean.gradient, numberOf(settings, 'rho'));
    // Hidden, or TensorFlow would see that both passes are one and run it once.
    const perturbed = at(hidden(parameters));
    return { gradient: perturbed.gradient, clean, perturbed, perturbation };
  },
};

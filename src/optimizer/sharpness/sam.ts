/** Sharpness-aware minimization: the gradient at the worst nearby point, to first order. */
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { scaledToNorm } from '../vector.js';

/** The radius of the neighbourhood, as every rule of the family takes it. */
export const rhoSetting = Type.Number({ minimum: 0, description: 'Radius of the perturbation, an L2 norm.' });

/** e = rho g / (|g| + 1e-12), with one norm over all parameters; the gradient at w + e. */
export const sam = {
  name: 'sam',
  title: 'Sharpness-aware minimization',
  source: 'Foret et al. 2021, arXiv:2010.01412, equations 2 and 3',
  settings: Type.Object({ rho: rhoSetting }),
  gradientEvaluations: () => 2,
  perturbationNorm: ({ rho }) => Number(rho),
  gradient(at, parameters, { settings }) {
    const clean = at(parameters);
    const perturbation = scaledToNorm(clean.gradient, numberOf(settings, 'rho'));
    const perturbed = at(tf().add(parameters, perturbation));
    return { gradient: perturbed.gradient, clean, perturbed, perturbation };
  },
} satisfies SharpnessRule;

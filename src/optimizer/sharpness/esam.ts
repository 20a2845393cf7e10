/** SAM whose ascent uses a part of the batch. */
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { scaledToNorm } from '../vector.js';
import { rhoSetting } from './sam.js';

/**
 * e = rho a / (|a| + 1e-12), a being the gradient at w over the first `fraction` of the batch, which is in random order;
 * the gradient at w + e over the whole batch. Loss, accuracy and moving statistics at w are those of the first part. Not
 * all of Du et al. is here: they perturb a random share of the weights, and descend on the images whose loss rose most.
 */
export const esam: SharpnessRule = {
  name: 'esam',
  title: 'SAM with its ascent on a part of the batch',
  source:
    'After Du et al. 2022, arXiv:2110.03141, which spares images in the descent; ascent on a fifth of the batch in Brock et al. 2021, arXiv:2102.06171',
  settings: Type.Object({
    rho: rhoSetting,
    fraction: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the batch that the ascent uses, whole images of each group; 1 is SAM.',
    }),
  }),
  gradientEvaluations: ({ fraction }) => 1 + Number(fraction),
  perturbationNorm: ({ rho }) => Number(rho),
  gradient(at, parameters, { settings, images }) {
    const part = wholeShare(numberOf(settings, 'fraction'), images);
    if (part === null) throw new TypeError(`the fraction of ${images} images is not a number of images`);
    const clean = at(parameters, part);
    const perturbation = scaledToNorm(clean.gradient, numberOf(settings, 'rho'));
    const perturbed = at(tf().add(parameters, perturbation));
    return { gradient: perturbed.gradient, clean, perturbed, perturbation };
  },
};

/** `fraction` of `images` where that is a whole number above 0, within rounding; else null. */
export function wholeShare(fraction: number, images: number): number | null {
  const whole = Math.round(fraction * images);
  return whole > 0 && Math.abs(fraction * images - whole) < 1e-6 * images ? whole : null;
}

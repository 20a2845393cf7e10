/** SAM without a second gradient: the perturbation follows the momentum. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type SharpnessRule } from '../rule.js';
import { scaledToNorm } from '../vector.js';
import { rhoSetting } from './sam.js';

/**
 * e = -rho v / (|v| + 1e-12), the gradient g at w + e, then v = momentum v + g, from 0: the first step is not perturbed.
 * The velocity is the rule's own, so that it goes with any base: over sgd of the same momentum it is the base's, and
 * over adam with beta1 = momentum it has the direction of the first moment, as the authors' code takes it. No gradient is
 * taken at w: the training loss of a cell is that at w + e, and moving statistics follow the same pass.
 */
export const msam: SharpnessRule = {
  name: 'msam',
  title: 'Momentum SAM',
  source: 'Becker et al. 2024, arXiv:2401.12033, algorithm 1',
  settings: Type.Object({
    rho: rhoSetting,
    momentum: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Share of the velocity that a step keeps; that of the base, to follow the paper.',
    }),
  }),
  gradientEvaluations: () => 1,
  perturbationNorm: ({ rho }, step) => (step === 0 ? 0 : Number(rho)),
  state: () => ({ velocity: 'vector' }),
  gradient(at, parameters, { settings, state }) {
    const { add, mul, neg } = tf();
    if (!state.velocity) throw new TypeError('the state of msam is incomplete');
    const perturbation: Tensor1D = neg(scaledToNorm(state.velocity as Tensor1D, numberOf(settings, 'rho')));
    const perturbed = at(add(parameters, perturbation));
    const velocity: Tensor1D = add(mul(state.velocity, numberOf(settings, 'momentum')), perturbed.gradient);
    return { gradient: perturbed.gradient, clean: null, perturbed, perturbation, state: { velocity } };
  },
};

/** Weight decay outside the loss, shared by the base updates, and the settings that describe any decay. */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type Settings } from '../rule.js';

/** Settings that every base has: decay, where it acts, and clipping. */
export const sharedSettings = {
  weightDecay: Type.Number({ minimum: 0, description: 'Weight decay; 0 switches it off.' }),
  decay: Type.Union([Type.Literal('decoupled'), Type.Literal('loss')], {
    description:
      'Where the decay acts: `decoupled` shrinks the weights by rate * weightDecay beside the update, `loss` adds weightDecay * w to every gradient, the perturbed one included.',
  }),
  clipNorm: Type.Number({
    minimum: 0,
    description: 'Largest L2 norm of the gradient that reaches the base update; 0 switches clipping off.',
  }),
};

/**
 * w - rate * weightDecay * w where the decay is decoupled (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2),
 * all parameters alike; the same tensor where there is none.
 */
export function decoupledDecay(parameters: Tensor1D, rate: Scalar, settings: Settings): Tensor1D {
  const weightDecay = numberOf(settings, 'weightDecay');
  if (weightDecay === 0 || settings.decay !== 'decoupled') return parameters;
  const { sub, mul } = tf();
  return sub(parameters, mul(parameters, mul(rate, weightDecay)));
}

/** The factor of a decay inside the loss, 0 where it is outside. */
export function decayInLoss(settings: Settings): number {
  return settings.decay === 'loss' ? numberOf(settings, 'weightDecay') : 0;
}

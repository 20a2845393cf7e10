/** Stochastic gradient descent with momentum. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { type BaseRule, numberOf } from '../rule.js';
import { decoupledDecay, sharedSettings } from './decay.js';

/** v = momentum v + g; w = w - rate v, or w - rate (g + momentum v) with Nesterov's momentum. */
export const sgd: BaseRule = {
  name: 'sgd',
  title: 'Stochastic gradient descent',
  source: 'Sutskever et al. 2013, with the velocity before the rate, as PyTorch keeps it',
  settings: Type.Object({
    momentum: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Share of the last velocity kept.',
    }),
    nesterov: Type.Boolean({ description: "Whether the step looks ahead (Nesterov's momentum)." }),
    ...sharedSettings,
  }),
  state: (settings) => (numberOf(settings, 'momentum') > 0 ? { velocity: 'vector' } : {}),
  update(gradient, state, parameters, rate, settings) {
    const { add, mul, sub } = tf();
    const decayed = decoupledDecay(parameters, rate, settings);
    const momentum = numberOf(settings, 'momentum');
    const { velocity } = state;
    if (velocity === undefined) return { parameters: sub(decayed, mul(gradient, rate)), state: {} };
    const moved: Tensor1D = add(mul(velocity, momentum), gradient);
    const direction = settings.nesterov === true ? add<Tensor1D>(gradient, mul(moved, momentum)) : moved;
    return { parameters: sub(decayed, mul(direction, rate)), state: { velocity: moved } };
  },
};

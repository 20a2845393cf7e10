/** Adam and AdamW, in the form that Keras gives them. */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { type BaseRule, numberOf, type OptimizerState, type Settings } from '../rule.js';
import { biasCorrection } from '../vector.js';
import { decoupledDecay, sharedSettings } from './decay.js';

const settings = Type.Object({
  beta1: Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'Decay of the first moment.' }),
  beta2: Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'Decay of the second moment.' }),
  epsilon: Type.Number({ exclusiveMinimum: 0, description: 'Added to the root of the second moment.' }),
  ...sharedSettings,
});

/**
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²;
 * w = w - rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon), t from 1.
 */
function update(
  gradient: Tensor1D,
  state: OptimizerState,
  parameters: Tensor1D,
  rate: Scalar,
  chosen: Settings,
): { parameters: Tensor1D; state: OptimizerState } {
  const { add, mul, sub, div, sqrt, square } = tf();
  const beta1 = numberOf(chosen, 'beta1');
  const beta2 = numberOf(chosen, 'beta2');
  const { firstMoment, secondMoment, updates } = state;
  if (!firstMoment || !secondMoment || !updates) throw new TypeError('the state of adam is incomplete');
  const count = add(updates, 1) as Scalar;
  const first = add(firstMoment, mul(sub(gradient, firstMoment), 1 - beta1)) as Tensor1D;
  const second = add(secondMoment, mul(sub(square(gradient), secondMoment), 1 - beta2)) as Tensor1D;
  const corrected = mul(rate, div(sqrt(biasCorrection(beta2, count)), biasCorrection(beta1, count)));
  const step = div(mul(first, corrected), add(sqrt(second), numberOf(chosen, 'epsilon')));
  return {
    parameters: sub(decoupledDecay(parameters, rate, chosen), step) as Tensor1D,
    state: { firstMoment: first, secondMoment: second, updates: count },
  };
}

const state = () => ({ firstMoment: 'vector', secondMoment: 'vector', updates: 'scalar' }) as const;

export const adam: BaseRule = {
  name: 'adam',
  title: 'Adam',
  source: 'Kingma and Ba 2015, arXiv:1412.6980, end of section 2; epsilon where Keras has it',
  settings,
  state,
  update,
};

/** Adam whose default decay is decoupled and not zero. */
export const adamw: BaseRule = {
  name: 'adamw',
  title: 'AdamW',
  source: 'Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2; the decay is multiplied by the rate',
  settings,
  state,
  update,
};

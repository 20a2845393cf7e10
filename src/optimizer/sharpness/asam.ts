/** Adaptive sharpness-aware minimization: a neighbourhood that scales with each weight. */
import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { tf } from '../../engine/tensorflow.js';
import { numberOf, type ParameterLayout, type SharpnessRule } from '../rule.js';
import { norm } from '../vector.js';
import { rhoSetting } from './sam.js';

/** T = |w| + eta for the parameters in `scope`, 1 for the others; e = rho T² g / (|T g| + 1e-12). */
export const asam: SharpnessRule = {
  name: 'asam',
  title: 'Adaptive SAM',
  source: 'Kwon et al. 2021, arXiv:2102.11600, algorithm 1; eta and scope as in the authors’ code',
  settings: Type.Object({
    rho: rhoSetting,
    eta: Type.Number({ minimum: 0, description: 'Added to |w| in the scale of each weight.' }),
    scope: Type.Array(
      Type.Union([Type.Literal('kernel'), Type.Literal('bias'), Type.Literal('gamma'), Type.Literal('beta')]),
      { description: 'Kinds of parameters whose neighbourhood scales with |w|; the others count as in SAM.' },
    ),
  }),
  gradientEvaluations: () => 2,
  gradient(at, parameters, { settings, layout }) {
    const { add, mul, div, abs } = tf();
    const clean = at(parameters);
    const scope = Array.isArray(settings.scope) ? settings.scope : [];
    const magnitude: Tensor1D = add(abs(parameters), numberOf(settings, 'eta'));
    const scale = scoped(magnitude, scope, layout);
    const scaled: Tensor1D = mul(scale, clean.gradient);
    const length = div(numberOf(settings, 'rho'), add(norm(scaled), 1e-12));
    const perturbation: Tensor1D = mul(mul(scale, scaled), length);
    const perturbed = at(add(parameters, perturbation));
    return { gradient: perturbed.gradient, clean, perturbed, perturbation };
  },
};

/** `magnitude` where the parameter's last name is in `scope`, 1 elsewhere. */
function scoped(magnitude: Tensor1D, scope: readonly unknown[], layout: ParameterLayout): Tensor1D {
  const { tensor1d, add, mul } = tf();
  const inside = new Float32Array(magnitude.size);
  for (const { name, offset, size } of layout) {
    if (scope.includes(name.slice(name.lastIndexOf('.') + 1))) inside.fill(1, offset, offset + size);
  }
  if (inside.every((value) => value === 1)) return magnitude;
  return add(mul(magnitude, tensor1d(inside)), tensor1d(inside.map((value) => 1 - value)));
}

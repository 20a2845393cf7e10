/** Wrong optimizers, each with one typical mistake that golden.json lists among the mutants of a case. */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../src/engine/tensorflow.js';
import type { ForwardResult, Network } from '../../src/model/network.js';
import { networks } from '../../src/model/registry.js';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import {
  type BaseRule,
  numberOf,
  type ParameterLayout,
  type Settings,
  type SharpnessRule,
} from '../../src/optimizer/rule.js';
import { biasCorrection, norm, scaledToNorm } from '../../src/optimizer/vector.js';

/** What a mistake replaces in the registries. */
export interface Mutant {
  bases?: Record<string, BaseRule>;
  sharpness?: Record<string, SharpnessRule>;
  networks?: Record<string, Network>;
}

const right = {
  sam: sharpness.sam as SharpnessRule,
  asam: sharpness.asam as SharpnessRule,
  adam: bases.adam as BaseRule,
  sgd: bases.sgd as BaseRule,
  adamw: bases.adamw as BaseRule,
  resnet20: networks.resnet20 as Network,
};

/** SAM that perturbs by what `perturb` makes of the clean gradient. */
function perturbing(
  perturb: (gradient: Tensor1D, rho: number, layout: ParameterLayout, parameters: Tensor1D) => Tensor1D,
): SharpnessRule {
  return {
    ...right.sam,
    gradient(at, parameters, { settings, layout }) {
      const clean = at(parameters);
      const perturbation = perturb(clean.gradient, numberOf(settings, 'rho'), layout, parameters);
      const perturbed = at(tf().add(parameters, perturbation));
      return { gradient: perturbed.gradient, clean, perturbed, perturbation };
    },
  };
}

const descending = perturbing((gradient, rho) => scaledToNorm(gradient, -rho));

const byTensor = perturbing((gradient, rho, layout) => {
  const { split, concat1d } = tf();
  const tensors: Tensor1D[] = split(
    gradient,
    layout.map(({ size }) => size),
  );
  return concat1d(tensors.map((tensor) => scaledToNorm(tensor, rho)));
});

const unnormalised = perturbing((gradient, rho) => tf().mul(gradient, rho));

const squaredNorm = perturbing((gradient, rho) => {
  const { mul, div, square } = tf();
  return mul(gradient, div(rho, square(norm(gradient))));
});

const kernelsOnly = perturbing((gradient, rho, layout) => {
  const kernels = new Float32Array(gradient.size);
  for (const { name, offset, size } of layout) {
    if (name.endsWith('.kernel')) kernels.fill(1, offset, offset + size);
  }
  return scaledToNorm(tf().mul(gradient, tf().tensor1d(kernels)), rho);
});

const meanOfBoth: SharpnessRule = {
  ...right.sam,
  gradient(at, parameters, context) {
    const found = right.sam.gradient(at, parameters, context);
    const { add, mul } = tf();
    return { ...found, gradient: mul(add(found.clean?.gradient ?? found.gradient, found.gradient), 0.5) };
  },
};

/** The base update begins at w + e instead of w. */
function withoutRestoring(): Mutant {
  let perturbation: Tensor1D | null = null;
  return {
    sharpness: {
      sam: {
        ...right.sam,
        gradient(at, parameters, context) {
          const found = right.sam.gradient(at, parameters, context);
          perturbation = found.perturbation;
          return found;
        },
      },
    },
    bases: {
      adam: {
        ...right.adam,
        update(gradient, state, parameters, rate, settings) {
          if (!perturbation) throw new Error('the sharpness-aware rule did not run');
          return right.adam.update(gradient, state, tf().add(parameters, perturbation), rate, settings);
        },
      },
    },
  };
}

/** w - rate m̂ / (sqrt(v̂) + epsilon), with both moments corrected first. */
const epsilonOnCorrected: BaseRule = {
  ...right.adam,
  update(gradient, state, parameters, rate, settings) {
    const { state: next } = right.adam.update(gradient, state, parameters, rate, settings);
    const { sub, mul, div, add, sqrt } = tf();
    const { firstMoment, secondMoment, updates } = next;
    const first = div(
      firstMoment as Tensor1D,
      biasCorrection(numberOf(settings, 'beta1'), updates as Scalar),
    );
    const second = div(
      secondMoment as Tensor1D,
      biasCorrection(numberOf(settings, 'beta2'), updates as Scalar),
    );
    const step = mul(rate, div(first, add(sqrt(second), numberOf(settings, 'epsilon'))));
    return { parameters: sub(parameters, step), state: next };
  },
};

const nesterov: BaseRule = {
  ...right.sgd,
  update: (gradient, state, parameters, rate, settings) =>
    right.sgd.update(gradient, state, parameters, rate, { ...settings, nesterov: true }),
};

/** v = momentum v + (1 - momentum) g. */
const dampened: BaseRule = {
  ...right.sgd,
  update: (gradient, state, parameters, rate, settings) =>
    right.sgd.update(
      tf().mul(gradient, 1 - numberOf(settings, 'momentum')),
      state,
      parameters,
      rate,
      settings,
    ),
};

/** The decay as part of the gradient. */
const coupledDecay: BaseRule = {
  ...right.adamw,
  update(gradient, state, parameters, rate, settings) {
    const { add, mul } = tf();
    const decayed: Tensor1D = add(gradient, mul(parameters, numberOf(settings, 'weightDecay')));
    return right.adam.update(decayed, state, parameters, rate, { ...settings, weightDecay: 0 });
  },
};

const withoutEta: SharpnessRule = {
  ...right.asam,
  gradient: (at, parameters, context) =>
    right.asam.gradient(at, parameters, { ...context, settings: withSetting(context.settings, 'eta', 0) }),
};

/** T once instead of twice: e = rho T g / |T g|. */
const scaledOnce: SharpnessRule = {
  ...right.asam,
  gradient(at, parameters, { settings }) {
    const { add, mul, abs } = tf();
    const clean = at(parameters);
    const scaled: Tensor1D = mul(add(abs(parameters), numberOf(settings, 'eta')), clean.gradient);
    const perturbation = scaledToNorm(scaled, numberOf(settings, 'rho'));
    const perturbed = at(add(parameters, perturbation));
    return { gradient: perturbed.gradient, clean, perturbed, perturbation };
  },
};

/** Moving statistics that keep 0.9 of their value: the batch's are made 10 b - 9 m, of which the step takes 0.01. */
const fastStatistics: Network = {
  ...right.resnet20,
  forward(images, weights, mode, settings): ForwardResult {
    const result = right.resnet20.forward(images, weights, mode, settings);
    const { sub, mul } = tf();
    const statistics = [...result.statistics].map(
      ([name, batch]) => [name, sub(mul(batch, 10), mul(weights(name), 9)) as Tensor1D] as const,
    );
    return { ...result, statistics: new Map(statistics) };
  },
};

function withSetting(settings: Settings, name: string, value: unknown): Settings {
  return { ...settings, [name]: value };
}

/** Mistakes by case and by the name that golden.json has for them. */
export const mutants: Record<string, Record<string, Mutant>> = {
  kf_sam: {
    descend: { sharpness: { sam: descending } },
    'per-tensor-norm': { sharpness: { sam: byTensor } },
    unnormalised: { sharpness: { sam: unnormalised } },
    'squared-norm': { sharpness: { sam: squaredNorm } },
    'perturb-kernels-only': { sharpness: { sam: kernelsOnly } },
    'mean-of-both-gradients': { sharpness: { sam: meanOfBoth } },
    'no-restore': withoutRestoring(),
    'adam-epsilon-on-v-hat': { bases: { adam: epsilonOnCorrected } },
  },
  kf_adam: {
    'adam-epsilon-on-v-hat': { bases: { adam: epsilonOnCorrected } },
    'bn-momentum-0.9': { networks: { resnet20: fastStatistics } },
  },
  kf_sgdm_sam: {
    nesterov: { bases: { sgd: nesterov } },
    dampening: { bases: { sgd: dampened } },
    'per-tensor-norm': { sharpness: { sam: byTensor } },
  },
  kf_adamw_sam: { 'coupled-weight-decay': { bases: { adamw: coupledDecay } } },
  kf_asam: {
    'asam-no-eta': { sharpness: { asam: withoutEta } },
    'asam-t1': { sharpness: { asam: scaledOnce } },
  },
};

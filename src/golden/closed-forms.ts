/** The closed forms of a golden set: x² and a quadratic, small enough to check by hand. */
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { matrixProduct } from '../engine/operations/matrix-product.js';
import { tf } from '../engine/tensorflow.js';
import { bases, sharpness } from '../optimizer/registry.js';
import type { BaseRule, GradientFunction, OptimizerState, SharpnessRule } from '../optimizer/rule.js';
import { norm } from '../optimizer/vector.js';
import { isSharpness } from '../suite/cell.js';
import { type Comparison, comparison } from './compare.js';
import type { ClosedRun, GoldenSet } from './format.js';
import { optimizerOf } from './run-case.js';

type Closed = NonNullable<GoldenSet['closed']>;

/** f(x) = x²: the gradient at the perturbed point minus the one at x is 2 rho; the blog's order would give 0. */
export function compareScalar({ x, lr, cases, tolerance }: NonNullable<Closed['scalar']>): Comparison[] {
  return cases.flatMap((expected) => {
    const run = { optimizer: { name: 'sgd', lr }, sharpness: { kind: 'sam', rho: expected.rho } };
    const traced = trace(run, [x], 1, (w) => tf().sum(tf().square(w)) as Scalar);
    if (!traced) return [];
    const label = (quantity: string) => `x² rho ${expected.rho} ${quantity}`;
    const pairs: [string, number | undefined, number][] = [
      ['gradient', traced.gradNorm[0], expected.gradient],
      ['perturbed loss', traced.perturbedLoss[0], expected.perturbedLoss],
      ['SAM gradient', traced.updateNorm[0], expected.samGradient],
      ['next x', traced.w[0]?.[0], expected.nextX],
    ];
    return pairs.map(([quantity, found, reference]) =>
      relative(label(quantity), found, reference, tolerance.float32),
    );
  });
}

/** f(w) = w'Aw / 2 over several steps; null when the rule of the run is unknown. */
export function compareQuadratic(
  quadratic: NonNullable<Closed['quadratic']>,
  expected: ClosedRun,
): Comparison[] | null {
  const size = quadratic.w0.length;
  const matrix = tf().tensor2d(quadratic.A);
  const loss = (w: Tensor1D) => {
    const { mul, sum, reshape } = tf();
    const product = matrixProduct(matrix, reshape(w, [size, 1]) as Tensor2D);
    return mul(sum(mul(w, reshape(product, [size]))), 0.5) as Scalar;
  };
  const traced = trace(expected, quadratic.w0, quadratic.steps, loss);
  matrix.dispose();
  if (!traced) return null;
  const tolerance = quadratic.tolerance.float32;
  return expected.w.flatMap((weights, step) => [
    ...weights.map((value, index) =>
      relative(`w[${index}] step ${step + 1}`, traced.w[step]?.[index], value, tolerance),
    ),
    relative(`loss step ${step + 1}`, traced.loss[step], expected.loss[step], tolerance),
    relative(`gradNorm step ${step + 1}`, traced.gradNorm[step], expected.gradNorm[step], tolerance),
    ...(expected.sharpness.kind === 'none'
      ? []
      : [
          relative(
            `perturbedLoss step ${step + 1}`,
            traced.perturbedLoss[step],
            expected.perturbedLoss[step],
            tolerance,
          ),
        ]),
  ]);
}

interface Trace {
  w: number[][];
  loss: number[];
  gradNorm: number[];
  updateNorm: number[];
  perturbedLoss: number[];
}

function trace(
  run: Pick<ClosedRun, 'optimizer' | 'sharpness'>,
  start: readonly number[],
  steps: number,
  loss: (w: Tensor1D) => Scalar,
): Trace | null {
  const optimizer = optimizerOf(run);
  if (!optimizer) return null;
  const baseSettings = isSharpness(optimizer) ? optimizer.base : optimizer;
  const base = bases[baseSettings.name] as BaseRule;
  const rule = isSharpness(optimizer) ? (sharpness[optimizer.name] as SharpnessRule) : null;
  // In a closed form every parameter scales with its weight.
  const scope = { scope: ['kernel'] };
  const layout = [{ name: 'w.kernel', offset: 0, size: start.length, shape: [start.length] }];
  const result: Trace = { w: [], loss: [], gradNorm: [], updateNorm: [], perturbedLoss: [] };
  tf().tidy(() => {
    const { tensor1d, scalar, zeros } = tf();
    let parameters: Tensor1D = tensor1d([...start]);
    let state: OptimizerState = Object.fromEntries(
      Object.entries(base.state(baseSettings)).map(([name, shape]) => [
        name,
        shape === 'vector' ? (zeros([start.length]) as Tensor1D) : scalar(0),
      ]),
    );
    const rate = scalar(run.optimizer.lr);
    const at: GradientFunction = (point) => {
      const { value, grad } = tf().valueAndGrad((w) => loss(w as Tensor1D))(point);
      return { loss: value as Scalar, gradient: grad as Tensor1D };
    };
    for (let step = 0; step < steps; step++) {
      const settings = { ...optimizer, ...scope };
      const found = rule?.gradient(at, parameters, {
        settings,
        layout,
        state: {},
        noise: null,
        kind: 'whole',
        images: 1,
      });
      const clean = found?.clean ?? at(parameters);
      const gradient = found?.gradient ?? clean.gradient;
      const updated = base.update(gradient, state, parameters, rate, baseSettings);
      parameters = updated.parameters;
      state = updated.state;
      result.w.push(Array.from(parameters.dataSync()));
      result.loss.push(clean.loss.dataSync()[0] as number);
      result.gradNorm.push(norm(clean.gradient).dataSync()[0] as number);
      result.updateNorm.push(norm(gradient).dataSync()[0] as number);
      result.perturbedLoss.push((found?.perturbed?.loss.dataSync()[0] as number | undefined) ?? Number.NaN);
    }
  });
  return result;
}

/** Tolerances of the closed forms are relative above 1 and absolute below. */
function relative(
  quantity: string,
  found: number | undefined,
  reference: number | undefined,
  tolerance: number,
): Comparison {
  const expected = reference ?? Number.NaN;
  return comparison(quantity, (found ?? Number.NaN) - expected, tolerance * Math.max(1, Math.abs(expected)));
}

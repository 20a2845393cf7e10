/** Rules on a loss that a hand can follow: L(w) = 1/2 sum a w², gradient a w, in double precision beside the engine's single. */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../src/engine/tensorflow.js';
import type { OptimizerState, SharpnessRule, StepKind } from '../../src/optimizer/rule.js';

/** Curvatures, one for each weight. */
export const curvature = [1, 4, 0.5];

/** Where the examples stand. */
export const start = [3, -0.5, 2];

/** What a rule gave, on the host. */
export interface Given {
  gradient: number[];
  perturbation: number[] | null;
  /** Points where gradients were taken, in order. */
  points: number[][];
  /** How many images each gradient was asked of; null for all. */
  images: (number | null)[];
  state: Record<string, number[]>;
}

export interface Asked {
  w?: number[];
  state?: Record<string, number[] | number>;
  noise?: number[];
  kind?: StepKind;
  images?: number;
}

/** Runs `rule` once on the quadratic. */
export function give(rule: SharpnessRule, settings: Record<string, unknown>, asked: Asked = {}): Given {
  const { w = start, state = {}, noise, kind = 'whole', images = 8 } = asked;
  const points: number[][] = [];
  const shares: (number | null)[] = [];
  const found = tf().tidy(() => {
    const { scalar, tensor1d, mul, sum } = tf();
    const a = tensor1d(curvature);
    const result = rule.gradient(
      (point, share) => {
        points.push(Array.from(point.dataSync()));
        shares.push(share ?? null);
        const gradient: Tensor1D = mul(a, point);
        return { gradient, loss: mul(sum(mul(gradient, point)), 0.5) as Scalar };
      },
      tensor1d(w),
      {
        settings,
        layout: [{ name: 'w', offset: 0, size: w.length, shape: [w.length] }],
        state: Object.fromEntries(
          Object.entries(state).map(([name, values]) => [
            name,
            typeof values === 'number' ? scalar(values) : tensor1d(values),
          ]),
        ) as OptimizerState,
        noise: noise ? tensor1d(noise) : null,
        kind,
        images,
      },
    );
    const host = (vector: Tensor1D) => Array.from(vector.dataSync());
    return {
      gradient: host(result.gradient),
      perturbation: result.perturbation ? host(result.perturbation) : null,
      state: Object.fromEntries(
        Object.entries(result.state ?? {}).map(([name, values]) => [name, host(values as Tensor1D)]),
      ),
      // The tidy wants tensors or plain data.
    } as unknown as Tensor1D;
  }) as unknown as Omit<Given, 'points' | 'images'>;
  return { ...found, points, images: shares };
}

export const gradientAt = (w: readonly number[]) => w.map((value, at) => (curvature[at] ?? 0) * value);
export const plus = (left: readonly number[], right: readonly number[], factor = 1) =>
  left.map((value, at) => value + factor * (right[at] ?? 0));
export const dot = (left: readonly number[], right: readonly number[]) =>
  left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
export const length = (vector: readonly number[]) => Math.sqrt(dot(vector, vector));
export const scaled = (vector: readonly number[], to: number) =>
  vector.map((value) => (value * to) / length(vector));
/** The part of `vector` at right angles to `other`. */
export const across = (vector: readonly number[], other: readonly number[]) =>
  plus(vector, other, -dot(vector, other) / dot(other, other));

/** The numbers that every training step reports, in the order in which they leave the engine as one vector. */
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../engine/tensorflow.js';

/** Names of the measures of a step; from the perturbed loss on, they exist for sharpness-aware rules only. */
export const measureNames = [
  'loss',
  'accuracy',
  'gradientNorm',
  'updateNorm',
  'perturbedLoss',
  'perturbationNorm',
  'gradientCosine',
  /** L2 norm of the point where the last gradient was in fact taken, minus w. */
  'appliedNorm',
  /** 1 where the loss at the perturbed weights is at least that at w, else 0; over groups, their share. */
  'ascended',
] as const;

export type MeasureName = (typeof measureNames)[number];

/** One number a measure; NaN for one that the rule does not have. */
export type Measures = Record<MeasureName, number>;

/** Packs measures into one vector. */
export function packMeasures(measures: Partial<Record<MeasureName, Scalar>>): Tensor1D {
  const { stack, scalar } = tf();
  return stack(measureNames.map((name) => measures[name] ?? scalar(Number.NaN))) as Tensor1D;
}

/** Takes a vector of measures apart. */
export function unpackMeasures(values: Float32Array): Measures {
  const entries = measureNames.map((name, index) => [name, values[index] ?? Number.NaN] as const);
  return Object.fromEntries(entries) as Measures;
}

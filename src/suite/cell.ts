/**
 * What one cell of a grid is: plain data, every setting resolved, nothing left to a default. A cell is all that a
 * child process needs to train, and what a result file repeats.
 */

/** Which images a cell sees. Counts are images; `labelNoise` is the fraction of training labels replaced. */
export interface DataSettings {
  name: string;
  train: number;
  validation: number;
  test: number;
  labelNoise: number;
  augment: AugmentSettings;
}

/** Random changes to a training image: crop, mirror, cutout, brightness. A zero or `false` switches one off. */
export interface AugmentSettings {
  /** Pixels of zero padding on each side before a random crop back to the original size. */
  padCrop: number;
  /** Mirror left and right with probability one half. */
  flip: boolean;
  /** Largest shift of all values, on the scale [0, 1]; the result is clipped to [0, 1]. */
  brightness: number;
  /** Side in pixels of a square set to zero at a random place. */
  cutout: number;
}

/** The network, by its registered name, with that network's own settings. */
export interface ModelSettings {
  name: string;
  [setting: string]: number | string | boolean;
}

/** How the learning rate moves over the epochs of the cell. */
export interface ScheduleSettings {
  name: 'constant' | 'cosine' | 'step' | 'plateau';
  /** Epochs of linear increase from zero before the schedule begins. */
  warmupEpochs: number;
}

/** A base update rule, by its registered name, with that rule's own settings. */
export interface BaseSettings {
  name: string;
  learningRate: number;
  [setting: string]: number | string | boolean | null;
}

/** A sharpness-aware gradient over a base update; the other settings are the rule's own (`rho`, `eta`, `m` …). */
export interface SharpnessSettings {
  name: string;
  base: BaseSettings;
  [setting: string]: number | string | boolean | null | readonly string[] | BaseSettings;
}

export type OptimizerSettings = BaseSettings | SharpnessSettings;

/** Whether the settings name a sharpness-aware gradient over a base (true) or a base alone (false). */
export function isSharpness(settings: OptimizerSettings): settings is SharpnessSettings {
  return typeof settings.base === 'object' && settings.base !== null;
}

/**
 * Callbacks that may end a cell early or lower its rate, as Keras' callbacks of the same names do. A loss has improved when
 * it is lower than the best one by more than `minDelta`.
 */
export interface StopSettings {
  earlyStopping?: { patience: number; minDelta: number; restoreBest: boolean };
  plateau?: { factor: number; patience: number; minDelta: number };
}

/**
 * An average of the weights that is tested in place of the last ones: exponential, moved after every step, or the mean of
 * the weights at the end of `fromEpoch` and of all epochs after it.
 */
export type AverageSettings = { name: 'ema'; decay: number } | { name: 'swa'; fromEpoch: number };

/** Which weights are tested: best on validation, the last, or best on test (marked as leaking in every table). */
export type Selection = 'validation' | 'last' | 'test';

/** Everything that can change the numbers of a cell, but for its seed. */
export interface CellSettings {
  data: DataSettings;
  model: ModelSettings;
  /** Images a step. */
  batch: number;
  epochs: number;
  schedule: ScheduleSettings;
  optimizer: OptimizerSettings;
  select: Selection;
  stop: StopSettings | null;
  /** Absent where the weights are tested as they are. The history of a cell is always that of the weights themselves. */
  average?: AverageSettings;
  /** Threads of one operation; it changes rounding, so it is a setting. */
  threads: number;
}

/** What a cell costs, known before it runs. */
export interface Budget {
  epochs: number;
  /** Updates of the weights over all epochs. */
  steps: number;
  /** Gradients of one whole batch over all steps: SAM takes two a step. */
  gradientEvaluations: number;
  /** Floating-point operations of forward and backward passes, 6 for a multiply-add (2 forward, 4 backward). */
  flops: number;
}

/** One training run of the grid. */
export interface Cell {
  /** Name of the suite, which is the name of its results folder. */
  suite: string;
  /** Readable and stable, e.g. `sam-rho0.05-e100-s3-1a2b3c4d`. */
  id: string;
  arm: string;
  seed: number;
  settings: CellSettings;
  budget: Budget;
}

/**
 * Every default of the suite format, on one screen. A result repeats the values that it was made with, so a change here
 * alters new cells only; it alters their ids too.
 */
import type { AugmentSettings, ScheduleSettings, Selection } from './suite/cell.js';

/** A value that a setting of an optimizer or a network may take. */
export type SettingValue = number | string | boolean | null | readonly string[];
type SettingsByName = Readonly<Record<string, Readonly<Record<string, SettingValue>>>>;

const decayAndClipping = { weightDecay: 0, decay: 'decoupled', clipNorm: 0 } as const;
const augment: AugmentSettings = { padCrop: 0, flip: false, brightness: 0, cutout: 0 };
const schedule: ScheduleSettings = { name: 'constant', warmupEpochs: 0 };
const select: Selection = 'validation';

/** Settings that have no entry here must be given by the suite. */
const optimizer: SettingsByName = {
  sgd: { momentum: 0, nesterov: false, ...decayAndClipping },
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, ...decayAndClipping },
  adamw: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, ...decayAndClipping, weightDecay: 0.004 },
  asam: { eta: 0.01, scope: ['kernel', 'gamma'] },
  gsam: { alpha: 0.1 },
  fsam: { sigma: 1, lambda: 0.9 },
  msam: { momentum: 0.9 },
  looksam: { k: 5, alpha: 0.7 },
  esam: { fraction: 0.25 },
};

/** Biases and batch normalization as Keras has them by default, and as the papers of the other networks. */
const asInKeras = { useBias: true, bnMomentum: 0.99, bnEpsilon: 1e-3 } as const;
const asInPapers = { useBias: false, bnMomentum: 0.9, bnEpsilon: 1e-5 } as const;

const model: SettingsByName = {
  resnet20: asInKeras,
  resnet8: asInKeras,
  resnet: asInPapers,
  wrn: { dropout: 0, ...asInPapers },
  mlp: { width: 128, useBias: true },
};

export const defaults = {
  data: { labelNoise: 0, augment },
  model,
  schedule,
  /** Epochs of an arm: the suite's own number. */
  armEpochs: 'N',
  optimizer,
  /** Every optimizer of an arm has these: `m` null means that the whole batch is one group. */
  anyOptimizer: { m: null, bn: 'batch' },
  compute: { equal: 'gradientEvaluations' },
  select,
  metric: 'accuracy',
  /** Cells of other machines than most stay out of all means. */
  poolFingerprints: false,
  timing: { rounds: 5, steps: 10, warmup: 3 },
  sharpness: { examples: 1024 },
  threads: 1,
  stop: {
    /** Smallest decreases as Keras' callbacks have them by default. */
    earlyStopping: { patience: 10, minDelta: 0, restoreBest: true },
    plateau: { factor: 0.5, patience: 3, minDelta: 1e-4 },
  },
  /** Margin in percentage points; ratios of the new value to the baseline's. */
  gate: { accuracyMargin: 0.5, stepTimeRatio: 1.15, memoryRatio: 1.15, alpha: 0.05 },
} as const;

/** Steps, batches and weights that are small enough to be run many times in a test. */
import { defaults } from '../../src/defaults.js';
import type { HostTensor } from '../../src/engine/program.js';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import { stream } from '../../src/stream.js';
import type { BaseSettings, OptimizerSettings, SharpnessSettings } from '../../src/suite/cell.js';
import { type TrainingStep, trainingStep } from '../../src/train/step.js';
import type { StepDefinition } from '../../src/train/step-parts.js';
import { settingsOf } from '../optimizer/any-rule.js';

/** A base update with the default settings but for those given. */
export function base(name: 'sgd' | 'adam' | 'adamw', settings: Partial<BaseSettings> = {}): BaseSettings {
  const learningRate = name === 'sgd' ? 0.05 : 0.001;
  return { name, learningRate, ...defaults.optimizer[name], ...settings } as BaseSettings;
}

/** A sharpness-aware rule with the default settings but for those given. */
export function aware(
  name: 'sam' | 'asam' | 'sam-as-published',
  own: BaseSettings,
  settings: Record<string, unknown> = {},
): SharpnessSettings {
  const rule = { rho: 0.05, m: null, ...defaults.optimizer[name], ...settings };
  return { name, ...rule, base: own } as SharpnessSettings;
}

/** Neighbourhoods of rules whose own scale is another than SAM's. */
const ownRho: Readonly<Record<string, number>> = { asam: 0.5 };

/** One of every registered optimizer, the sharpness-aware ones over adam, and of sgd's ways that take another path. */
export const everyOptimizer: Readonly<Record<string, OptimizerSettings>> = {
  ...Object.fromEntries(
    Object.values(bases).map((rule): [string, BaseSettings] => [
      rule.name,
      { name: rule.name, learningRate: 0.001, ...settingsOf(rule) } as BaseSettings,
    ]),
  ),
  'sgd with momentum': base('sgd', { momentum: 0.9 }),
  'sgd with Nesterov momentum, decay and clipping': base('sgd', {
    momentum: 0.9,
    nesterov: true,
    weightDecay: 0.01,
    decay: 'loss',
    clipNorm: 1,
  }),
  'sam over sgd': aware('sam', base('sgd', { momentum: 0.9 })),
  ...Object.fromEntries(
    Object.values(sharpness).map((rule): [string, SharpnessSettings] => {
      const settings = settingsOf(rule, { rho: ownRho[rule.name] ?? 0.05 });
      return [
        `${rule.name} over adam`,
        { name: rule.name, m: null, ...settings, base: base('adam') } as SharpnessSettings,
      ];
    }),
  ),
};

export const image = [16, 16, 3] as const;
export const classes = 10;

/** The step of resnet8 for images of 16 x 16 pixels in batches of 8. */
export function smallStep(optimizer: OptimizerSettings, other: Partial<StepDefinition> = {}): TrainingStep {
  return trainingStep({
    model: { name: 'resnet8' },
    optimizer,
    image,
    classes,
    batch: 8,
    brightness: false,
    ...other,
  });
}

/** Pixels and labels, uniform. */
export function randomBatch(
  seed: number,
  batch = 8,
  size: readonly [number, number, number] = image,
): { images: Uint8Array; labels: Int32Array; brightness: null } {
  const random = stream(seed, 'test', 'batch');
  const pixels = batch * size[0] * size[1] * size[2];
  return {
    images: Uint8Array.from({ length: pixels }, () => random.integer(256)),
    labels: Int32Array.from({ length: batch }, () => random.integer(classes)),
    brightness: null,
  };
}

/** First values of the step with all that is usually 0 or 1 moved away from it: biases, scales, offsets, statistics. */
export function unusualState(step: TrainingStep, seed: number): Record<string, HostTensor> {
  const { parameters, statistics } = step.program(seed).state;
  const random = stream(seed, 'test', 'unusual');
  const moved = (vector: HostTensor | undefined, layout: TrainingStep['layout']['trainable']): HostTensor => {
    if (!vector) throw new Error('the step has no such vector');
    const values = Float32Array.from(vector.values);
    for (const { name, offset, size } of layout) {
      if (name.endsWith('.kernel')) continue;
      const positive = name.endsWith('.moving_variance') || name.endsWith('.gamma');
      for (let index = offset; index < offset + size; index++)
        values[index] = positive ? 0.5 + random.uniform() : 0.5 * random.normal();
    }
    return { shape: vector.shape, values };
  };
  return {
    parameters: moved(parameters, step.layout.trainable),
    statistics: moved(statistics, step.layout.statistics),
  };
}

/** The blocks of a suite that say what is done with its cells: comparing, tuning, leaving out, timing, measuring, gating. */
import Type, { type TSchema } from 'typebox';
import { defaults } from '../../defaults.js';
import { strictObject } from './parts.js';

export const compute = strictObject('What equal compute means here.', {
  equal: Type.Enum(['gradientEvaluations', 'epochs', 'wallTime', 'cap', 'none'], {
    description:
      'What the largest budgets of all arms have in common: gradient evaluations; epochs; wallTime (the most costly budget keeps its epochs, the others get as many as fit its time, by step times measured once); cap (gradient evaluations at most, arms may stop early); none.',
    default: defaults.compute.equal,
  }),
});

export const compare = strictObject('The comparison that the verdict is about.', {
  baseline: Type.String({ description: 'Name of the arm compared with.' }),
  candidate: Type.String({ description: 'Name of the arm in question.' }),
  controls: Type.Optional(
    Type.Array(Type.String(), {
      uniqueItems: true,
      description:
        'Names of arms that the candidate is compared with besides the baseline, such as steps of the same length in a random direction.',
    }),
  ),
  within: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      uniqueItems: true,
      description:
        'Names of axes, e.g. m, along which arms are compared like with like: each value is a task of its own, as each batch size and label noise always is. All arms need the same values.',
    }),
  ),
  metric: Type.Optional(
    Type.Enum(['accuracy', 'loss'], { description: 'Test figure that decides.', default: defaults.metric }),
  ),
  poolFingerprints: Type.Optional(
    Type.Boolean({
      description:
        'Whether a mean of test figures may contain cells of several machines (marked then). Times are never pooled.',
      default: defaults.poolFingerprints,
    }),
  ),
});

export const tune = strictObject('Settings that each arm chooses on validation.', {
  axes: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    uniqueItems: true,
    description:
      'Axis names, e.g. rho or learningRate, whose value an arm chooses by its mean validation accuracy. All arms need equal numbers of trials, for which every list of an optimizer counts that compare.within does not name.',
  }),
});

/** A value of an axis in a skip rule. */
type AxisValue = string | number | boolean | null;

const axisValue = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]);

const when = Type.Unsafe<Record<string, AxisValue | AxisValue[]>>({
  type: 'object',
  minProperties: 1,
  additionalProperties: {
    anyOf: [...axisValue.anyOf, { type: 'array', items: axisValue, minItems: 1 }],
    description: 'The value, or a list of values, that the rule is about.',
  },
  description:
    'Axis names (arm, seed, epochs, batch, labelNoise, rho, learningRate …) with a value or a list of values; combinations that match all of them are left out.',
} as TSchema);

export const skip = Type.Array(
  strictObject('One rule that leaves combinations out.', {
    when,
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why; the report shows it.' }),
  }),
  { description: 'Combinations of the grid that are left out, with reasons.' },
);

const times = (minimum: number, description: string, preset: number) =>
  Type.Optional(Type.Integer({ minimum, maximum: 10_000, description, default: preset }));

export const timing = strictObject('The phase that measures step times, apart from training.', {
  rounds: times(1, 'Rounds in which every arm is timed once.', defaults.timing.rounds),
  steps: times(1, 'Timed steps of an arm in a round.', defaults.timing.steps),
  warmup: times(0, 'Steps of each arm before timing begins.', defaults.timing.warmup),
});

export const sharpness = strictObject('Sharpness of the weights found; such suites keep their weights.', {
  measures: Type.Array(Type.Enum(['lambdaMax', 'trace', 'rhoCurve', 'surface']), {
    minItems: 1,
    uniqueItems: true,
    description: 'What is measured at the weights of finished cells.',
  }),
  examples: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Training images that the measures use.',
      default: defaults.sharpness.examples,
    }),
  ),
});

const ratio = (description: string, preset: number) =>
  Type.Optional(Type.Number({ minimum: 1, description, default: preset }));

export const gate = strictObject('When `gate` calls a difference from the baseline a regression.', {
  accuracyMargin: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 100,
      description: 'Loss of accuracy in percentage points that does not matter.',
      default: defaults.gate.accuracyMargin,
    }),
  ),
  stepTimeRatio: ratio(
    "Step time over the baseline's that is still no regression.",
    defaults.gate.stepTimeRatio,
  ),
  memoryRatio: ratio(
    "Peak memory over the baseline's that is still no regression.",
    defaults.gate.memoryRatio,
  ),
  alpha: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.5,
      description: 'Chance of a false alarm that is accepted.',
      default: defaults.gate.alpha,
    }),
  ),
});

/** What an arm of a suite is, and the blocks that a suite sets for all arms and an arm for itself. */
import Type, { type TSchema } from 'typebox';
import { defaults } from '../../defaults.js';
import { axis, redescribed, strictObject } from './parts.js';
import { optimizerSchema } from './registered.js';

export const schedule = strictObject('How the learning rate moves over the epochs of a cell.', {
  name: Type.Enum(['constant', 'cosine', 'step', 'plateau'], {
    description:
      'constant; cosine to zero and step, both over the epochs of the cell; plateau (lowered when the validation loss stalls, see stop.plateau).',
  }),
  warmupEpochs: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'Epochs of linear increase from zero before the schedule begins, the same number for every cell.',
      default: defaults.schedule.warmupEpochs,
    }),
  ),
});

export const select = Type.Enum(['validation', 'last', 'test'], {
  description:
    'Which weights are tested: best on validation, the last ones, or best on test (marked as leaking in every table). Best is the highest accuracy, then the lowest loss; with stop.earlyStopping.restoreBest it is the lowest loss.',
  default: defaults.select,
});

/** How much lower a loss must be to count; the two callbacks have defaults of their own, as in Keras. */
const minDelta = (preset: number) =>
  Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'A loss is better where it is lower than the best so far by more than this; a smaller decrease counts as none.',
      default: preset,
    }),
  );

const earlyStopping = strictObject('Ends a cell early; only where compute.equal is cap or none.', {
  patience: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Epochs without a better validation loss before the cell stops.',
      default: defaults.stop.earlyStopping.patience,
    }),
  ),
  minDelta: minDelta(defaults.stop.earlyStopping.minDelta),
  restoreBest: Type.Optional(
    Type.Boolean({
      description:
        'Whether the weights of the lowest loss (the last that was better by more than minDelta) come back at the end, on the images that select names (validation, or test; not with "last"). If false, select alone chooses.',
      default: defaults.stop.earlyStopping.restoreBest,
    }),
  ),
});

const plateau = strictObject('Lowers the learning rate when the validation loss stalls.', {
  factor: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'What the learning rate is multiplied by.',
      default: defaults.stop.plateau.factor,
    }),
  ),
  patience: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Epochs without a better validation loss before the rate is lowered.',
      default: defaults.stop.plateau.patience,
    }),
  ),
  minDelta: minDelta(defaults.stop.plateau.minDelta),
});

export const stop = strictObject("Callbacks on the validation loss, as Keras' callbacks of these names.", {
  earlyStopping: Type.Optional(earlyStopping),
  plateau: Type.Optional(plateau),
});

/** A number of epochs, or a multiple of the suite's own: see `epochsOf`. */
const armEpochs = Type.Union(
  [
    Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    Type.String({ pattern: '^([1-9][0-9]{0,5}(\\.[0-9]{1,6})?)?N(/[1-9][0-9]{0,5})?$' }),
  ],
  {
    description:
      'Epochs: a number, or a multiple of the suite\'s epochs N such as "N", "2N", "N/2" or "5N/3" that comes to a whole number.',
    default: defaults.armEpochs,
  },
);

const average = Type.Union(
  [
    strictObject('An exponential moving average of the weights.', {
      name: Type.Literal('ema', { description: 'Exponential moving average.' }),
      decay: Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'Share of the average that a step keeps, e.g. 0.999.',
      }),
    }),
    strictObject('Stochastic weight averaging: the mean of the weights at the ends of the last epochs.', {
      name: Type.Literal('swa', { description: 'Stochastic weight averaging.' }),
      fromEpoch: Type.Integer({ minimum: 1, description: 'The first epoch whose weights count.' }),
    }),
  ],
  {
    description:
      'Tests an average of the weights in place of the last ones, its moving statistics measured anew over the training images. It needs select "last".',
  },
);

/** What an arm leaves out is the suite's, not the default. */
function withoutDefault<Schema extends TSchema>(schema: Schema): Schema {
  const { default: _preset, ...rest } = schema as Schema & { default?: unknown };
  return rest as Schema;
}

const own = (what: string) => `${what} of this arm alone, in place of the suite's.`;

export const arm = strictObject('One optimizer with its grid axes.', {
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$',
    description: 'Name of the arm in tables and, simplified, in cell ids; distinct within the suite.',
  }),
  epochs: Type.Optional(axis<number | string>(armEpochs)),
  optimizer: optimizerSchema(),
  schedule: Type.Optional(redescribed(schedule, own('Schedule'))),
  select: Type.Optional(redescribed(withoutDefault(select), own('Choice of weights'))),
  stop: Type.Optional(redescribed(stop, own('Callbacks'))),
  average: Type.Optional(average),
});

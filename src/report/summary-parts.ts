/** The parts of the summary's schema: figures over seeds, single cells and settings. */
import Type, { type TSchema } from 'typebox';

export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const text = Type.String();
export const flag = Type.Boolean();
export const count = Type.Integer({ minimum: 0 });
export const number = Type.Number();
export const axisValue = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]);
const bounds = orNull(Type.Object({ low: number, high: number }));
export const estimate = Type.Object({ value: number, interval: bounds });

export const meanInterval = Type.Object(
  { n: count, mean: number, sd: orNull(number), low: orNull(number), high: orNull(number) },
  { description: 'A mean over seeds with its 95 % t interval; sd, low and high are null where n < 2.' },
);

export const counts = Type.Object(
  {
    planned: count,
    finished: count,
    diverged: count,
    failed: count,
    timeout: count,
    missing: count,
    excluded: count,
  },
  { description: 'How the planned cells ended. `excluded` counts finished ones that no mean contains.' },
);

const budget = Type.Object({
  epochs: number,
  steps: number,
  gradientEvaluations: number,
  flops: number,
});

const seed = Type.Object(
  {
    seed: Type.Integer(),
    cell: text,
    status: Type.Enum(['finished', 'diverged', 'failed', 'timeout', 'missing']),
    excluded: orNull(text),
    error: orNull(text),
    testAccuracy: orNull(number),
    testLoss: orNull(number),
    validationAccuracy: orNull(number),
    validationLoss: orNull(number),
    selectedEpoch: orNull(count),
    epochs: number,
    gradientEvaluations: number,
    trainSeconds: orNull(number),
    evaluationSeconds: orNull(number),
    otherSeconds: orNull(number),
    contended: orNull(flag),
    peakRssBytes: orNull(number),
    fingerprint: orNull(text),
    weightsSha256: orNull(text),
    gitCommit: orNull(text),
  },
  { description: 'One cell. Test figures are null unless it finished.' },
);

export const setting = Type.Object(
  {
    id: text,
    arm: text,
    label: text,
    context: text,
    axes: Type.Record(text, axisValue),
    settings: Type.Object({}, { additionalProperties: true }),
    ...budget.properties,
    spent: orNull(budget),
    chosen: flag,
    best: flag,
    leaking: flag,
    pooled: flag,
    counts,
    testAccuracy: orNull(meanInterval),
    testLoss: orNull(meanInterval),
    validationAccuracy: orNull(meanInterval),
    validationLoss: orNull(meanInterval),
    difference: orNull(meanInterval),
    trainSeconds: orNull(number),
    wallSeconds: orNull(number),
    contended: flag,
    inputWaitShare: orNull(number),
    stepMilliseconds: orNull(number),
    stepTimeSeconds: orNull(number),
    peakRssBytes: orNull(number),
    seeds: Type.Array(seed),
  },
  {
    description:
      'All seeds of one setting. Epochs to flops are planned for one seed, `spent` is the mean of what ran; ' +
      '`stepTimeSeconds` is the steps of the cells behind `trainSeconds` times the median step of the timing phase; `difference` is paired by seed, to the chosen setting of ' +
      "the baseline in the suite's metric.",
  },
);

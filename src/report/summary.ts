/** What every report format is made from: one plain object, computed once, with a schema and a version. */
import Type, { type Static, type TSchema } from 'typebox';

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const count = Type.Integer({ minimum: 0 });
const number = Type.Number();
const axisValue = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]);

const meanInterval = Type.Object(
  {
    n: count,
    mean: number,
    sd: orNull(number),
    low: orNull(number),
    high: orNull(number),
  },
  { description: 'A mean over seeds with its 95 % t interval; sd, low and high are null where n < 2.' },
);

const counts = Type.Object({
  planned: count,
  finished: count,
  diverged: count,
  failed: count,
  timeout: count,
  missing: count,
});

const environment = Type.Object({
  fingerprint: Type.String(),
  node: Type.String(),
  tensorflow: Type.String(),
  tfjs: Type.String(),
  os: Type.String(),
  cpu: Type.String(),
  cores: count,
  threads: count,
  gpu: orNull(Type.String()),
  oneDnn: Type.Boolean(),
  cells: count,
});

const setting = Type.Object({
  id: Type.String(),
  arm: Type.String(),
  axes: Type.Record(Type.String(), axisValue),
  epochs: number,
  steps: count,
  gradientEvaluations: number,
  flops: number,
  leaking: Type.Boolean(),
  counts,
  testAccuracy: orNull(meanInterval),
  testLoss: orNull(meanInterval),
  validationAccuracy: orNull(meanInterval),
  trainSeconds: orNull(number),
  wallSeconds: orNull(number),
  contended: Type.Boolean(),
  stepMilliseconds: orNull(number),
  peakRssBytes: orNull(number),
  seeds: Type.Array(
    Type.Object({
      seed: Type.Integer(),
      cell: Type.String(),
      status: Type.String(),
      testAccuracy: orNull(number),
      error: orNull(Type.String()),
    }),
  ),
});

const curve = Type.Object({
  setting: Type.String(),
  points: Type.Array(
    Type.Object({
      epoch: number,
      trainLoss: orNull(meanInterval),
      valLoss: orNull(meanInterval),
      trainAccuracy: orNull(meanInterval),
      valAccuracy: orNull(meanInterval),
    }),
  ),
});

/** Schema of `reports/<suite>.json`. */
export const summarySchema = Type.Object({
  schema: Type.Literal(1),
  suite: Type.Object({
    name: Type.String(),
    title: Type.String(),
    version: Type.Integer(),
    baseline: Type.String(),
    candidate: Type.String(),
  }),
  axes: Type.Array(Type.Object({ name: Type.String(), role: Type.Enum(['context', 'tuned']) })),
  counts,
  settings: Type.Array(setting),
  curves: Type.Array(curve),
  environments: Type.Array(environment),
});

export type Summary = Static<typeof summarySchema>;
export type SettingSummary = Static<typeof setting>;
export type CurveSummary = Static<typeof curve>;
export type StatusCounts = Static<typeof counts>;
export type EnvironmentSummary = Static<typeof environment>;

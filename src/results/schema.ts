/**
 * The schema of result files, `timing.json` and `wall-time.json`, version 1: what a file must hold before anything is computed from it.
 * Fields that it does not name are let through, so that an older sambench reads what a newer one of the same schema adds.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import Type, { type TSchema } from 'typebox';
import type { CellResult, TimingResult, WallTimeResult } from './result.js';

const count = Type.Integer({ minimum: 0 });
const positive = Type.Integer({ minimum: 1 });
const fraction = Type.Number({ minimum: 0, maximum: 1 });
const seconds = Type.Number({ minimum: 0 });
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const settings = Type.Object({
  data: Type.Object({
    name: Type.String(),
    train: count,
    validation: count,
    test: count,
    labelNoise: fraction,
    augment: Type.Object({
      padCrop: count,
      flip: Type.Boolean(),
      brightness: Type.Number({ minimum: 0 }),
      cutout: count,
    }),
  }),
  model: Type.Object({ name: Type.String() }),
  batch: positive,
  epochs: positive,
  schedule: Type.Object({ name: Type.String(), warmupEpochs: Type.Number({ minimum: 0 }) }),
  optimizer: Type.Object({ name: Type.String() }),
  select: Type.Enum(['validation', 'last', 'test']),
  stop: orNull(Type.Object({})),
  threads: positive,
});

const historyRow = Type.Object({
  epoch: positive,
  trainLoss: Type.Number(),
  trainAccuracy: fraction,
  valLoss: orNull(Type.Number()),
  valAccuracy: orNull(fraction),
  learningRate: Type.Number(),
  gradientNorm: Type.Number(),
  perturbationNorm: orNull(Type.Number()),
  gradientCosine: orNull(Type.Number()),
  perturbedLoss: orNull(Type.Number()),
  trainSeconds: seconds,
  evaluationSeconds: seconds,
});

const checks = Type.Object({
  gradientEvaluations: Type.Object({ planned: Type.Number(), counted: Type.Number() }),
  perturbationNorm: orNull(Type.Object({ expected: Type.Number(), largestDeviation: Type.Number() })),
  appliedNorm: orNull(Type.Number()),
  weightsRestored: orNull(Type.Boolean()),
  statisticsMoves: orNull(count),
  ascentShare: orNull(fraction),
  meanCosine: orNull(Type.Number()),
  firstBatchLoss: orNull(Type.Number()),
});

const evaluation = Type.Object({ loss: Type.Number(), accuracy: fraction });

const environment = Type.Object({
  node: Type.String(),
  tensorflow: Type.String(),
  tfjs: Type.String(),
  os: Type.String(),
  cpu: Type.String(),
  cores: positive,
  threads: positive,
  gpu: orNull(Type.String()),
  oneDnn: Type.Boolean(),
  fingerprint: Type.String(),
});

/** Schema of one result file. */
export const cellResultSchema = Type.Object({
  schema: Type.Literal(1),
  suite: Type.String(),
  cell: Type.String(),
  arm: Type.String(),
  seed: Type.Integer(),
  settings,
  status: Type.Enum(['finished', 'diverged', 'failed', 'timeout']),
  error: orNull(Type.Object({ code: Type.String(), message: Type.String() })),
  budget: Type.Object({ epochs: count, steps: count, gradientEvaluations: count, flops: Type.Number() }),
  history: Type.Array(historyRow),
  final: orNull(
    Type.Object({
      selectedEpoch: count,
      validation: orNull(evaluation),
      test: evaluation,
      weightsSha256: Type.String(),
    }),
  ),
  sharpness: Type.Record(Type.String(), Type.Unknown()),
  checks: Type.Optional(checks),
  time: Type.Object({
    trainSeconds: seconds,
    evaluationSeconds: seconds,
    otherSeconds: Type.Number(),
    inputWaitSeconds: seconds,
    processorWaitShare: Type.Optional(fraction),
    contended: Type.Boolean(),
  }),
  memory: Type.Object({ peakRssBytes: count }),
  provenance: Type.Object({
    version: Type.String(),
    gitCommit: orNull(Type.String()),
    gitDirty: orNull(Type.Boolean()),
    suiteSha256: Type.String(),
    dataSha256: Type.String(),
    initSha256: orNull(Type.String()),
    firstBatchSha256: orNull(Type.String()),
    changedLabels: Type.Optional(count),
    eager: Type.Optional(Type.Boolean()),
    command: Type.String(),
  }),
  environment,
});

const milliseconds = Type.Number({ minimum: 0 });
const samples = {
  arm: Type.String(),
  cell: Type.String(),
  samplesMilliseconds: Type.Array(milliseconds),
  medianMilliseconds: milliseconds,
  meanMilliseconds: milliseconds,
  sdMilliseconds: milliseconds,
};

/** Schema of `timing.json`. */
export const timingSchema = Type.Object({
  schema: Type.Literal(1),
  suite: Type.String(),
  rounds: positive,
  steps: positive,
  warmup: count,
  batch: positive,
  arms: Type.Array(
    Type.Object({
      ...samples,
      imagesPerSecond: Type.Number({ minimum: 0 }),
    }),
  ),
  environment,
});

/** Schema of `wall-time.json`. A median of zero would fit any number of epochs. */
export const wallTimeSchema = Type.Object({
  schema: Type.Literal(1),
  suite: Type.String(),
  version: positive,
  rounds: positive,
  steps: positive,
  warmup: count,
  kinds: Type.Array(
    Type.Object({
      kind: Type.String(),
      ...samples,
      batch: positive,
      medianMilliseconds: Type.Number({ exclusiveMinimum: 0 }),
    }),
    { minItems: 1 },
  ),
  environment,
});

/** What is wrong with a value: where in it, the problem as a phrase, and the value found there. */
export interface Defect {
  path: string;
  problem: string;
  value: unknown;
}

interface Validators {
  cell: ValidateFunction<CellResult>;
  timing: ValidateFunction<TimingResult>;
  wallTime: ValidateFunction<WallTimeResult>;
}

let validators: Validators | undefined;

// Compiling takes 30 ms, which commands that read no results need not pay.
function compiled() {
  if (!validators) {
    const ajv = new Ajv({ verbose: true });
    validators = {
      cell: ajv.compile(cellResultSchema),
      timing: ajv.compile(timingSchema),
      wallTime: ajv.compile(wallTimeSchema),
    };
  }
  return validators;
}

/** The first defect of `value` as a result file, or null when it is a `CellResult`. */
export function defectOfResult(value: unknown): Defect | null {
  return firstDefect(value, compiled().cell) ?? contradiction(value as CellResult);
}

/** The first defect of `value` as `timing.json`, or null when it is a `TimingResult`. */
export function defectOfTiming(value: unknown): Defect | null {
  return firstDefect(value, compiled().timing);
}

/** The first defect of `value` as `wall-time.json`, or null when it is a `WallTimeResult`. */
export function defectOfWallTime(value: unknown): Defect | null {
  return firstDefect(value, compiled().wallTime);
}

function firstDefect(value: unknown, validate: ValidateFunction): Defect | null {
  const schema = typeof value === 'object' && value !== null ? (value as { schema?: unknown }).schema : null;
  if (typeof schema === 'number' && schema > 1) {
    return { path: 'schema', problem: 'is of a newer format than this sambench reads', value: schema };
  }
  if (validate(value)) return null;
  const errors = validate.errors ?? [];
  // Behind a union, ajv lists the failure of each branch; the deepest place is the one that a person looks for.
  const error = errors.reduce((deepest, each) => (depth(each) > depth(deepest) ? each : deepest), errors[0]);
  return error
    ? {
        path: pathOf(error),
        problem: error.message ?? 'is not as the format asks',
        value: error.keyword === 'required' ? undefined : error.data,
      }
    : { path: '', problem: 'is not a result of sambench', value: undefined };
}

// What the types cannot say: exactly a finished cell has a final evaluation and no error.
function contradiction({ status, error, final }: CellResult): Defect | null {
  if (status === 'finished' && final === null) {
    return { path: 'final', problem: 'is missing although the cell finished', value: final };
  }
  if (status !== 'finished' && error === null) {
    return { path: 'error', problem: `is missing although the cell's status is ${status}`, value: error };
  }
  return null;
}

function depth(error: ErrorObject | undefined): number {
  return error ? error.instancePath.split('/').length : -1;
}

function pathOf(error: ErrorObject): string {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

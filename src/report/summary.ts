/**
 * What every report format is made from: one plain object, computed once, with a schema and a version. Accuracies are
 * fractions, times seconds or milliseconds as named; null stands where a number would not be honest.
 */
import Type, { type Static } from 'typebox';
import { published } from '../suite/published.js';
import {
  axisValue,
  count,
  counts,
  estimate,
  flag,
  meanInterval,
  number,
  orNull,
  setting,
  text,
} from './summary-parts.js';

const comparison = Type.Object(
  {
    role: Type.Enum(['primary', 'budget', 'other']),
    context: text,
    candidate: text,
    baseline: text,
    metric: Type.Enum(['accuracy', 'loss']),
    pairs: Type.Array(
      Type.Object({ seed: Type.Integer(), candidate: number, baseline: number, difference: number }),
    ),
    difference: meanInterval,
    p: number,
    exact: flag,
    smallestP: number,
    holmP: orNull(number),
    wilcoxonP: number,
    cohensD: orNull(number),
    detectable: orNull(number),
    bootstrap: orNull(
      Type.Object({
        mean: estimate,
        median: estimate,
        interquartileMean: orNull(estimate),
        probabilityAbove: estimate,
      }),
    ),
    outcome: Type.Enum(['better', 'worse', 'leans better', 'leans worse', 'unclear']),
  },
  {
    description:
      'Candidate minus baseline over the seeds that both finished. holmP is corrected within the primary comparisons and ' +
      'within the others apart; `leans` means that the interval excludes zero but the corrected exact p stays above 0.05.',
  },
);

const interval = orNull(meanInterval);
const curvePoint = Type.Object({
  epoch: number,
  gradientEvaluations: number,
  seconds: orNull(number),
  trainLoss: interval,
  valLoss: interval,
  trainAccuracy: interval,
  valAccuracy: interval,
  perturbationNorm: interval,
  gradientCosine: interval,
  ascent: interval,
});

const armTiming = Type.Object(
  {
    arm: text,
    cell: text,
    samples: Type.Array(number),
    median: number,
    low: orNull(number),
    high: orNull(number),
    mean: number,
    sd: number,
    imagesPerSecond: number,
    ratio: orNull(meanInterval),
  },
  {
    description:
      'Milliseconds a step. low to high holds the median with 95 % (order statistics); `ratio` is to the baseline, a ' +
      'mean over rounds of the ratio of the medians.',
  },
);

const environment = Type.Object({
  fingerprint: text,
  node: text,
  tensorflow: text,
  tfjs: text,
  os: text,
  cpu: text,
  cores: count,
  threads: count,
  gpu: orNull(text),
  oneDnn: flag,
  cells: count,
});

const tally = Type.Array(Type.Object({ value: text, cells: count }));

/** Schema of `reports/<suite>.json`. */
export const summarySchema = Type.Object(
  {
    schema: Type.Literal(1),
    suite: Type.Object({
      name: text,
      title: text,
      version: Type.Integer(),
      description: orNull(text),
      cuts: Type.Array(text),
      published: Type.Optional(published),
      baseline: text,
      candidate: text,
      metric: Type.Enum(['accuracy', 'loss']),
      equal: Type.Enum(['gradientEvaluations', 'epochs', 'wallTime', 'cap', 'none']),
      tuned: Type.Array(text),
      within: Type.Array(text),
    }),
    verdict: Type.Object(
      {
        outcome: Type.Enum(['better', 'worse', 'leans better', 'leans worse', 'unclear', 'mixed', 'none']),
        sentence: text,
        limits: Type.Array(text),
      },
      { description: 'What the results say in plain words, and what they cannot say.' },
    ),
    axes: Type.Array(Type.Object({ name: text, role: Type.Enum(['context', 'tuned']) })),
    contexts: Type.Array(Type.Object({ id: text, axes: Type.Record(text, axisValue) })),
    arms: Type.Array(Type.Object({ name: text, optimizer: text })),
    counts,
    skipped: Type.Array(Type.Object({ reason: text, cells: count })),
    choices: Type.Array(
      Type.Object(
        {
          context: text,
          arm: text,
          setting: text,
          by: Type.Enum(['only', 'validation', 'test', 'budget']),
          candidates: count,
          edges: Type.Array(text),
        },
        {
          description:
            'The setting that stands for an arm, by what it was chosen, and axes at the edge of their grid.',
        },
      ),
    ),
    compute: Type.Object(
      { rule: text, equal: orNull(flag), sentence: text },
      { description: 'The equal-compute claim, checked against what ran.' },
    ),
    settings: Type.Array(setting),
    comparisons: Type.Array(comparison),
    curves: Type.Array(Type.Object({ setting: text, points: Type.Array(curvePoint) })),
    timing: orNull(
      Type.Object({
        rounds: count,
        steps: count,
        warmup: count,
        batch: count,
        environment: text,
        arms: Type.Array(armTiming),
      }),
    ),
    checks: Type.Array(
      Type.Object(
        { name: text, passed: orNull(flag), detail: text },
        { description: 'Invariants across cells.' },
      ),
    ),
    diagnostics: Type.Array(
      Type.Object(
        { setting: text, appliedNorm: interval, ascentShare: interval, meanCosine: interval },
        {
          description:
            'Over all steps and seeds: mean distance from w of the point where the last gradient was taken, share of steps in ' +
            'which the loss there was at least that at w, mean cosine of the two gradients.',
        },
      ),
    ),
    twins: Type.Array(
      Type.Object(
        {
          of: text,
          settings: Type.Array(text),
          seeds: Type.Array(Type.Integer()),
          common: count,
          evaluations: number,
        },
        {
          description:
            'Settings that ended with the same weights as `of`, bit for bit, in `seeds`, out of `common` seeds that both ' +
            'finished on equal machines, although their optimizers differ; `evaluations` is what they cost in gradient ' +
            'evaluations, as a multiple of what `of` cost.',
        },
      ),
    ),
    findings: Type.Array(text),
    sharpness: Type.Array(Type.Object({ setting: text, measures: Type.Record(text, meanInterval) })),
    sharpnessTau: Type.Array(Type.Object({ measure: text, tau: number, n: count })),
    environments: Type.Array(environment),
    provenance: Type.Object({
      versions: tally,
      commits: tally,
      suites: tally,
      data: tally,
      commands: tally,
    }),
  },
  {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'sambench report summary, version 1',
  },
);

export type Summary = Static<typeof summarySchema>;
export type SettingSummary = Summary['settings'][number];
export type SeedSummary = SettingSummary['seeds'][number];
export type ComparisonSummary = Summary['comparisons'][number];
export type CurveSummary = Summary['curves'][number];
export type CurvePoint = CurveSummary['points'][number];
export type TimingSummary = NonNullable<Summary['timing']>;
export type StatusCounts = Summary['counts'];
export type EnvironmentSummary = Summary['environments'][number];
export type Twins = Summary['twins'][number];
export type Choice = Summary['choices'][number];
export type Outcome = ComparisonSummary['outcome'];

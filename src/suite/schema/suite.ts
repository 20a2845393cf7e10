/** The suite format, version 1: one definition for the static types, the checks and the file that editors complete from. */
import Type, { type Static } from 'typebox';
import { defaults } from '../../defaults.js';
import { published } from '../published.js';
import { compare, compute, gate, sharpness, skip, timing, tune } from './analysis.js';
import { arm, schedule, select, stop } from './arm.js';
import { data } from './data.js';
import { axis, strictObject } from './parts.js';
import { definitions, modelSchema } from './registered.js';

const epochs = Type.Integer({
  minimum: 1,
  maximum: 1_000_000,
  description: 'N, the epochs that the arms take multiples of.',
});

const seeds = Type.Union(
  [
    Type.Integer({ minimum: 1, maximum: 10_000 }),
    Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
      minItems: 1,
      maxItems: 10_000,
      uniqueItems: true,
    }),
  ],
  { description: 'A count (seeds 1 to n) or a list of distinct positive whole numbers.' },
);

const provenance = strictObject('Written by `plan --fit`: where the suite comes from.', {
  suite: Type.String({ description: 'Name of the suite that this one was cut from.' }),
  sha256: Type.String({ description: "SHA-256 of that suite's file." }),
  cuts: Type.Array(Type.String(), { description: 'What was cut, one sentence each.' }),
});

const fields = {
  $schema: Type.Optional(Type.String({ description: 'Where editors find this schema.' })),
  name: Type.String({
    pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
    description:
      'Name of the suite and of its results folder: small letters, digits and hyphens, at most 64.',
  }),
  version: Type.Integer({
    minimum: 1,
    description: 'Raised when a change can alter numbers; old cells are then not reused.',
  }),
  title: Type.Optional(
    Type.String({ maxLength: 300, description: 'Title of the report; the name where there is none.' }),
  ),
  description: Type.Optional(
    Type.String({ maxLength: 5000, description: 'The question that the suite answers, and what it costs.' }),
  ),
  provenance: Type.Optional(provenance),
  published: Type.Optional(published),
  data,
  model: modelSchema(),
  batch: axis<number>(Type.Integer({ minimum: 1, description: 'Images a step.' })),
  epochs: axis<number>(epochs),
  schedule: Type.Optional(schedule),
  arms: Type.Array(arm, { minItems: 1, maxItems: 1000, description: 'What is compared.' }),
  seeds,
  compute: Type.Optional(compute),
  select: Type.Optional(select),
  compare,
  tune: Type.Optional(tune),
  skip: Type.Optional(skip),
  timing: Type.Optional(timing),
  sharpness: Type.Optional(sharpness),
  threads: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1024,
      description: 'Threads of one cell; it changes rounding, so it is a setting.',
      default: defaults.threads,
    }),
  ),
  stop: Type.Optional(stop),
  gate: Type.Optional(gate),
};

/** JSON Schema (draft 7) of a suite file. */
export const suiteSchema = Type.Object(fields, {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'sambench suite, version 1',
  description: 'A grid of optimizers, their settings and seeds, trained at equal compute.',
  additionalProperties: false,
  definitions: definitions(),
});

/** A suite as its file writes it. */
export type WrittenSuite = Static<typeof suiteSchema>;

/**
 * The text of a baseline: one file for each suite, meant to be committed. One cell stands on one line and the order is
 * fixed, so that a new baseline differs from the old one in the lines whose cells differ.
 */

import { Ajv } from 'ajv';
import Type, { type TSchema } from 'typebox';
import { commandLine } from '../command-line.js';
import { SambenchError } from '../errors.js';
import { formatJson } from '../results/format.js';
import type { GateRun } from './run.js';

const text = Type.String({ maxLength: 500 });
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const natural = Type.Integer({ minimum: 0 });

const machine = Type.Object({
  fingerprint: text,
  cpu: text,
  cores: natural,
  threads: natural,
  os: text,
  node: text,
  tensorflow: text,
  tfjs: text,
  gpu: orNull(text),
  oneDnn: Type.Boolean(),
});

const timing = Type.Object({
  machine: text,
  arms: Type.Array(
    Type.Object({ arm: text, rounds: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1 }) }),
  ),
});

const cell = Type.Object({
  cell: text,
  arm: text,
  seed: Type.Integer(),
  settings: text,
  status: Type.Enum(['finished', 'diverged', 'failed', 'timeout']),
  accuracy: orNull(Type.Number({ minimum: 0, maximum: 1 })),
  weightsSha256: orNull(text),
  peakRssBytes: natural,
  machine: text,
  epochs: Type.Array(text),
});

/** Schema of a baseline file, version 1. */
export const baselineSchema = Type.Object({
  schema: Type.Literal(1),
  suite: text,
  version: Type.Integer({ minimum: 1 }),
  algorithm: orNull(natural),
  data: Type.Array(text),
  commits: Type.Array(text),
  machines: Type.Array(machine),
  timing: orNull(timing),
  cells: Type.Array(cell),
});

/** A run as the text of a baseline file. The same run gives the same bytes. */
export function formatBaseline(run: GateRun): string {
  return formatJson({ schema: 1, ...run }, baselineSchema);
}

/**
 * Reads the text of a baseline.
 * @throws SambenchError `result-invalid` (exit 2), naming `file` and the place in it.
 */
export function parseBaseline(source: string, file: string, suite: string): GateRun {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw invalid(file, `is not JSON (${(error as Error).message.replace(/\s+/g, ' ')})`);
  }
  const validate = new Ajv({ verbose: true }).compile(baselineSchema);
  if (!validate(value)) {
    const first = validate.errors?.at(-1);
    const place = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
    throw invalid(file, first?.message ?? 'is no baseline', place, first?.data);
  }
  const { schema: _, ...run } = value as GateRun & { schema: 1 };
  if (run.suite !== suite) throw invalid(file, `is not of the suite ${suite}`, 'suite', run.suite);
  return run;
}

function invalid(file: string, problem: string, place = '', value?: unknown): SambenchError {
  return new SambenchError('result-invalid', {
    file,
    problem,
    value,
    ...(place ? { path: place } : {}),
    fix: `Restore the baseline, or write it anew with ${commandLine('baseline', 'save')}.`,
  });
}

/**
 * The one error class of the project and its catalogue of codes. A `SambenchError` is a mistake that the user can
 * mend: `cli.ts` prints it without a stack trace and exits with the code's exit status.
 */

/** Exit statuses, as promised in the README. */
export const exitCodes = {
  done: 0,
  regression: 1,
  invalidInput: 2,
  incompleteCells: 3,
  environment: 4,
  interrupted: 130,
} as const;

const statusOfCode = {
  'suite-invalid': exitCodes.invalidInput,
  'flag-invalid': exitCodes.invalidInput,
  'result-invalid': exitCodes.invalidInput,
  'engine-missing': exitCodes.environment,
  'engine-failed': exitCodes.environment,
  'data-missing': exitCodes.environment,
  'data-damaged': exitCodes.environment,
  'disk-failed': exitCodes.environment,
  'lock-held': exitCodes.environment,
  'cells-incomplete': exitCodes.incompleteCells,
  'nothing-to-compare': exitCodes.incompleteCells,
  'not-reproduced': exitCodes.regression,
  'cell-diverged': exitCodes.incompleteCells,
  'cell-failed': exitCodes.incompleteCells,
  'invariant-violated': exitCodes.incompleteCells,
  interrupted: exitCodes.interrupted,
} as const;

export type ErrorCode = keyof typeof statusOfCode;

/** What went wrong, where, and what to do about it. */
export interface ErrorParts {
  /** What is wrong, one sentence without the place. */
  problem: string;
  /** The file concerned, as the user named it. */
  file?: string;
  /** The JSON path inside the file, e.g. `arms[1].optimizer.rho`. */
  path?: string;
  /** The offending value, shown as JSON and shortened. */
  value?: unknown;
  /** What to do, an imperative sentence. */
  fix?: string;
}

/** A problem that the user can mend. `message` is complete: place, problem, value, fix. */
export class SambenchError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly parts: ErrorParts;

  constructor(code: ErrorCode, parts: ErrorParts, options?: ErrorOptions) {
    super(describe(parts), options);
    this.name = 'SambenchError';
    this.code = code;
    this.exitCode = statusOfCode[code];
    this.parts = parts;
  }
}

function describe({ problem, file, path, value, fix }: ErrorParts): string {
  const place = [file, path].filter(Boolean).join(': ');
  const shown = value === undefined ? '' : ` (got ${shorten(show(value))})`;
  const line = `${place ? `${place}: ` : ''}${problem}${shown}.${fix ? ` ${fix}` : ''}`;
  // File names and messages of other programs may hold anything.
  return line.replaceAll(/\s*[\p{Cc}\p{Zl}\p{Zp}]+\s*/gu, ' ').trim();
}

/** A value as JSON, but for numbers that JSON has no word for and would make null: 1e999 reads as Infinity. */
function show(value: unknown): string {
  const marked = (_key: string, one: unknown) =>
    typeof one === 'number' && !Number.isFinite(one) ? `\u0000${one}` : one;
  return JSON.stringify(value, marked)?.replaceAll(/"\\u0000(-?\w+)"/g, '$1') ?? String(value);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

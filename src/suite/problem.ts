/** One thing that is wrong with a suite, and how several of them become one line. */
import { SambenchError } from '../errors.js';

/** A mistake at one place of a suite file. */
export interface Problem {
  /** JSON path, e.g. `arms[1].optimizer.rho`. */
  path: string;
  /** What is wrong, without place and value. */
  problem: string;
  /** Undefined where there is none to show. */
  value: unknown;
  /** What to do. */
  fix: string;
}

/** The JSON path of a JSON pointer, e.g. `/arms/1/optimizer/rho` to `arms[1].optimizer.rho`; the root is `$`. */
export function jsonPath(pointer: string): string {
  const segments = pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  return joinPath(segments);
}

/** The JSON path of a list of keys and indices. */
export function joinPath(segments: readonly (string | number)[]): string {
  let path = '';
  for (const segment of segments) {
    if (/^\d+$/.test(String(segment))) path += `[${segment}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(String(segment))) path += path === '' ? segment : `.${segment}`;
    else path += `[${JSON.stringify(segment)}]`;
  }
  return path === '' ? '$' : path;
}

/** The error for a suite with these problems, the first of them told in full and the others counted. */
export function suiteError(file: string, problems: readonly [Problem, ...Problem[]]): SambenchError {
  const [{ path, problem, value, fix }] = problems;
  // A mistake that every arm inherits is one mistake.
  const distinct = new Map(problems.map((each) => [`${each.path}: ${each.problem}`, each]));
  const others = [...distinct.values()].slice(1);
  const places = [...new Set(others.map((other) => other.path))];
  const more = places.length > 3 ? `${places.slice(0, 3).join(', ')} …` : places.join(', ');
  const rest = others.length === 0 ? '' : ` And ${others.length} more: see ${more}.`;
  return new SambenchError('suite-invalid', { problem, file, path, value, fix: `${fix}${rest}` });
}

/** Throws the error of these problems where there are any. */
export function refuse(file: string, problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw suiteError(file, [first, ...others]);
}

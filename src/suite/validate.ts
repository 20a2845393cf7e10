/** Checks a value against the suite schema and says in plain words what is wrong with it. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { offer } from './nearest.js';
import { jsonPath, type Problem } from './problem.js';
import type { Json } from './schema/parts.js';
import { suiteSchema, type WrittenSuite } from './schema/suite.js';

let compiled: ValidateFunction<WrittenSuite> | undefined;

/** The problems of `value` as a suite, the most telling first; empty where the schema accepts it. */
export function validate(value: unknown): Problem[] {
  compiled ??= new Ajv({ allErrors: true, verbose: true, discriminator: true, strict: true }).compile(
    suiteSchema,
  ) as ValidateFunction<WrittenSuite>;
  if (compiled(value)) return [];
  const errors = chooseBranches(compiled.errors ?? []);
  return withoutConsequences(errors)
    .map((error, order) => ({ error, order }))
    .sort((left, right) => rank(left.error) - rank(right.error) || left.order - right.order)
    .map(({ error }) => explain(error));
}

/** A misspelt name says most; a missing one may only be the consequence of it. */
function rank({ keyword }: ErrorObject): number {
  if (keyword === 'additionalProperties' || keyword === 'discriminator') return 0;
  return keyword === 'required' ? 2 : 1;
}

const isInside = (path: string, outer: string) => path === outer || path.startsWith(`${outer}/`);

/**
 * Of each union keeps the errors of the one branch whose kind the value has (a list is judged as a list), so that nobody
 * reads about branches that were not meant; where no branch has that kind, only the error of the union itself.
 */
function chooseBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors];
  const done = new Set<string>();
  for (;;) {
    const [union] = kept
      .filter((error) => error.keyword === 'anyOf' && !done.has(identity(error)))
      .sort((left, right) => left.schemaPath.length - right.schemaPath.length);
    if (union === undefined) return kept;
    done.add(identity(union));
    const branches = new Map<string, ErrorObject[]>();
    for (const error of kept) {
      if (error === union || !isInside(error.instancePath, union.instancePath)) continue;
      if (!error.schemaPath.startsWith(`${union.schemaPath}/`)) continue;
      const branch = error.schemaPath.slice(union.schemaPath.length + 1).split('/', 1)[0] ?? '';
      branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const fitting = [...branches.values()].filter((branch) => !branch.some((error) => isKind(error, union)));
    const [chosen] = fitting.sort((left, right) => left.length - right.length);
    const dropped = new Set([...branches.values()].flat());
    for (const error of chosen ?? []) dropped.delete(error);
    if (chosen !== undefined) dropped.add(union);
    const described = new Set(chosen);
    kept = kept
      .filter((error) => !dropped.has(error))
      .map((error) => (described.has(error) ? withDescription(error, union) : error));
  }
}

const identity = ({ instancePath, schemaPath }: ErrorObject) => `${instancePath} ${schemaPath}`;

/** A branch says what it takes, the union around it what for. */
function withDescription(error: ErrorObject, union: ErrorObject): ErrorObject {
  const { description } = (union.parentSchema ?? {}) as Json;
  return { ...error, parentSchema: { description, ...error.parentSchema } };
}

/** Whether the error says that the union's value as a whole is of another kind than the branch. */
function isKind(error: ErrorObject, union: ErrorObject): boolean {
  return (
    error.instancePath === union.instancePath &&
    ['type', 'const', 'enum', 'discriminator'].includes(error.keyword)
  );
}

/** Leaves out the missing fields that an unknown field beside them was meant to be. */
function withoutConsequences(errors: readonly ErrorObject[]): ErrorObject[] {
  const misspelt = errors.filter(({ keyword }) => keyword === 'additionalProperties');
  return errors.filter((error) => {
    if (error.keyword !== 'required') return true;
    const missing = JSON.stringify(error.params.missingProperty);
    return !misspelt.some(
      (other) =>
        other.instancePath === error.instancePath &&
        offer(other.params.additionalProperty, propertiesOf(other)) === `Did you mean ${missing}?`,
    );
  });
}

function propertiesOf(error: ErrorObject): string[] {
  return Object.keys((error.parentSchema?.properties as Json | undefined) ?? {});
}

function explain(error: ErrorObject): Problem {
  const { keyword, instancePath, params, data } = error;
  const schema = (error.parentSchema ?? {}) as Json;
  const path = jsonPath(instancePath);
  const problem = (text: string, fix: string, value: unknown = data): Problem => ({
    path,
    problem: text,
    value,
    fix,
  });
  const give = `Give ${expected(schema)}${about(schema)}.`;
  switch (keyword) {
    case 'additionalProperties': {
      const name = params.additionalProperty as string;
      const value = (data as Json)[name];
      const fix = offer(name, propertiesOf(error));
      return {
        path: jsonPath(`${instancePath}/${segmentOf(name)}`),
        problem: 'is an unknown field',
        value,
        fix,
      };
    }
    case 'required': {
      const name = params.missingProperty as string;
      const field = ((schema.properties as Json | undefined)?.[name] ?? {}) as Json;
      const fix = `Add ${JSON.stringify(name)}: ${expected(field)}${about(field)}.`;
      return {
        path: jsonPath(`${instancePath}/${segmentOf(name)}`),
        problem: 'is missing',
        value: undefined,
        fix,
      };
    }
    case 'discriminator': {
      const names = branchNames(schema);
      const tagged = { path: jsonPath(`${instancePath}/name`), value: params.tagValue as unknown };
      if (params.error === 'mapping') {
        return { ...tagged, problem: 'is an unknown name', fix: offer(params.tagValue, names) };
      }
      return { ...tagged, problem: 'is no name', fix: offer(undefined, names) };
    }
    case 'enum':
    case 'const':
      return problem('is none of the known values', offer(data, allowed(schema)));
    case 'anyOf': {
      const known = allowed(schema);
      return known.length > 0 && typeof data === 'string'
        ? problem('is none of the known values', offer(data, known))
        : problem(wrongKind(data), give);
    }
    case 'type':
      return problem(wrongKind(data), give);
    case 'minimum':
    case 'exclusiveMinimum':
      return problem('is too small', give);
    case 'maximum':
    case 'exclusiveMaximum':
      return problem('is too large', give);
    case 'minItems':
      return problem('is empty', `Give at least one${about(schema)}.`);
    case 'maxItems':
      return problem(
        'is too long',
        `Give at most ${params.limit} entries.`,
        `${(data as unknown[]).length} entries`,
      );
    case 'uniqueItems': {
      const twice = (data as unknown[])[params.i as number];
      return problem('names a value twice', 'Keep one of the two.', twice);
    }
    case 'minProperties':
      return problem('is empty', `Give at least one entry${about(schema)}.`);
    case 'pattern':
    case 'minLength':
    case 'maxLength':
      return problem('does not have the right form', give);
    default:
      return problem(error.message ?? 'is wrong', give);
  }
}

/** JSON.parse makes a number such as 1e999 infinite. */
const wrongKind = (data: unknown) =>
  typeof data === 'number' && !Number.isFinite(data) ? 'is beyond all numbers' : 'has the wrong type';

const segmentOf = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The description of a field, as the end of a sentence. */
function about(schema: Json): string {
  return typeof schema.description === 'string' ? `: ${schema.description.replace(/\.$/, '')}` : '';
}

/** The values of an enumeration or of a union of constants. */
function allowed(schema: Json): string[] {
  if (Array.isArray(schema.enum)) return schema.enum.map(String);
  if (typeof schema.const === 'string') return [schema.const];
  const branches = Array.isArray(schema.anyOf) ? (schema.anyOf as Json[]) : [];
  return branches.flatMap((branch) => (typeof branch.const === 'string' ? [branch.const] : []));
}

function branchNames(schema: Json): string[] {
  const definitions = suiteSchema as unknown as { definitions: Readonly<Record<string, Json>> };
  return (schema.oneOf as Json[]).flatMap((branch) => {
    const target =
      typeof branch.$ref === 'string'
        ? definitions.definitions[branch.$ref.slice('#/definitions/'.length)]
        : branch;
    const name = (target?.properties as Record<string, Json> | undefined)?.name?.const;
    return typeof name === 'string' ? [name] : [];
  });
}

/** What a schema accepts, in words, e.g. `a whole number of at least 1`. */
export function expected(schema: Json): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.anyOf)) return [...new Set((schema.anyOf as Json[]).map(expected))].join(' or ');
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `a ${schema.type === 'integer' ? 'whole number' : 'number'}${bounds(schema)}`;
    case 'string':
      return typeof schema.pattern === 'string' && typeof schema.description !== 'string'
        ? 'a text of the right form'
        : 'a text';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return 'a list';
    default:
      return 'an object in braces';
  }
}

function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Json): string {
  const parts = [
    minimum === undefined ? '' : `of at least ${minimum}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : `of at most ${maximum}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}

/** The parts of the suite schema that come from the registries: optimizers, networks and data sets, by their names. */
import Type, { type TObject, type TSchema, type TUnsafe } from 'typebox';
import { dataSets } from '../../data/registry.js';
import { defaults, type SettingValue } from '../../defaults.js';
import { networks } from '../../model/registry.js';
import { bases, sharpness } from '../../optimizer/registry.js';
import { axis, type Json } from './parts.js';

/** A network as a suite writes it. */
export interface WrittenModel {
  name: string;
  [setting: string]: SettingValue;
}

/** An optimizer as a suite writes it: a list in place of a value is a grid axis. */
export interface WrittenOptimizer {
  name: string;
  base?: WrittenOptimizer;
  [setting: string]: SettingValue | readonly SettingValue[] | WrittenOptimizer | undefined;
}

/** Whether one value of this field of a rule is itself a list, so that a list is no grid axis. */
export function isList(settings: TObject, field: string): boolean {
  return (settings.properties[field] as Json | undefined)?.type === 'array';
}

/** The settings of a sharpness-aware rule, those that all optimizers share included, `base` left out. */
export function sharpnessSettings(rule: { settings: TObject }): TObject {
  return Type.Object({
    ...rule.settings.properties,
    ...shared(
      'Images of a group that perturbs the weights by its own gradient (m-sharpness); it must divide the batch. null is the whole batch.',
    ),
  });
}

/** The settings of a base update that is an optimizer by itself, `learningRate` left out. */
export function aloneSettings(rule: { settings: TObject }): TObject {
  return Type.Object({
    ...rule.settings.properties,
    ...shared(
      'Images of a group with batch statistics of its own, whose gradients are averaged as over the replicas of a parallel training; it must divide the batch. null is the whole batch.',
    ),
  });
}

/** What every optimizer of an arm takes. */
function shared(description: string): Record<string, TSchema> {
  return {
    m: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], { description }),
    bn: Type.Enum(['batch', 'moving'], {
      description:
        'Batch normalization in the passes of a step: by the batch, or by the moving statistics, which then never move (the blog post ran its SAM so).',
    }),
  };
}

interface Registered {
  name: string;
  title: string;
  source: string;
}

/** One branch of a union: the entry's name, `fields` of every entry, and its own settings. */
function branch(
  entry: Registered,
  settings: TObject,
  fields: Record<string, TSchema>,
  presets: Readonly<Record<string, unknown>>,
  field: (schema: TSchema) => TSchema,
): Json {
  const own = Object.entries(settings.properties).map(([name, schema]) => {
    const preset = presets[name] === undefined ? {} : { default: presets[name] };
    return [name, field({ ...schema, ...preset } as TSchema)] as const;
  });
  // An object without required fields has no such list.
  const demanded = (settings as { required?: readonly string[] }).required ?? [];
  const required = demanded.filter((name) => presets[name] === undefined);
  return {
    type: 'object',
    title: entry.title,
    description: `${entry.title}. Source: ${entry.source}.`,
    required: ['name', ...Object.keys(fields), ...required],
    properties: {
      name: { type: 'string', const: entry.name, description: `${entry.title}.` },
      ...fields,
      ...Object.fromEntries(own),
    },
    additionalProperties: false,
  };
}

/** A choice among branches by their `name`. */
function choice(branches: readonly Json[], description: string): Json {
  return {
    type: 'object',
    description,
    discriminator: { propertyName: 'name' },
    oneOf: branches,
  };
}

const learningRate = axis(
  Type.Number({ exclusiveMinimum: 0, description: 'Learning rate, before the schedule scales it.' }),
);

/** Where the schemas of the base updates stand, so that each is written once. */
const reference = (name: string): Json => ({ $ref: `#/definitions/${name}` });

/** The `definitions` of the suite schema: every base update by its name, and `base`, the choice among them. */
export function definitions(): Readonly<Record<string, Json>> {
  const branches = Object.values(bases).map((rule) => [
    rule.name,
    branch(rule, rule.settings, { learningRate }, defaults.optimizer[rule.name] ?? {}, axis),
  ]);
  const description = 'The update that receives the sharpness-aware gradient.';
  return { ...Object.fromEntries(branches), base: choice(Object.keys(bases).map(reference), description) };
}

/** Schema of an optimizer: a base alone, or a sharpness-aware rule over a base. It needs `definitions`. */
export function optimizerSchema(): TUnsafe<WrittenOptimizer> {
  const alone = Object.values(bases).map((rule) => {
    const presets = { ...defaults.anyOptimizer, ...defaults.optimizer[rule.name] };
    return branch(rule, aloneSettings(rule), { learningRate }, presets, axis);
  });
  const rules = Object.values(sharpness).map((rule) => {
    const presets = { ...defaults.anyOptimizer, ...defaults.optimizer[rule.name] };
    return branch(rule, sharpnessSettings(rule), { base: reference('base') as TSchema }, presets, axis);
  });
  const description =
    'The optimizer of the arm: a base update alone, or a sharpness-aware gradient over a `base`.';
  return Type.Unsafe<WrittenOptimizer>(choice([...alone, ...rules], description) as TSchema);
}

/** Schema of a network with its own settings. */
export function modelSchema(): TUnsafe<WrittenModel> {
  const branches = Object.values(networks).map((network) =>
    branch(network, network.settings, {}, defaults.model[network.name] ?? {}, (schema) => schema),
  );
  return Type.Unsafe<WrittenModel>(choice(branches, 'The network, the same in every arm.') as TSchema);
}

/** Schema of a data set's name. */
export function dataNameSchema(): TUnsafe<string> {
  const known = Object.values(dataSets).map(({ name, title }) => `${name} (${title})`);
  return Type.Unsafe<string>({
    type: 'string',
    enum: Object.keys(dataSets),
    description: `The data set: ${known.join(', ')}.`,
  } as TSchema);
}

/** Small schemas that the suite format is put together from. */
import Type, { type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox';

/** A JSON Schema as plain data. */
export type Json = Readonly<Record<string, unknown>>;

/** A value, or a list of values that spans a grid axis. */
export type Axis<Value> = Value | Value[];

/** An object that has these fields and no others. */
export function strictObject<Properties extends TProperties>(
  description: string,
  properties: Properties,
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, description });
}

/** The same schema with another description: of a field that means something else at this place. */
export function redescribed<Schema extends TSchema>(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

/** A field, or a list of its values; the same field where its one value is a list already. */
export function axis<Value>(field: TSchema): TUnsafe<Axis<Value>> {
  const { description, default: preset, ...bare } = field as Json;
  if (bare.type === 'array') return Type.Unsafe<Axis<Value>>(field);
  const several = { type: 'array', items: bare, minItems: 1, maxItems: 1000, uniqueItems: true };
  const branches = Array.isArray(bare.anyOf) ? bare.anyOf : [bare];
  return Type.Unsafe<Axis<Value>>({
    description: `${description} A list is a grid axis.`,
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [...branches, several],
  } as TSchema);
}

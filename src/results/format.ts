/**
 * The text of a result file. The same result gives the same bytes: keys stand in the order of the schema, and arrays
 * are written one row a line, so that a difference between two runs reads as one changed line per epoch.
 */

/** The parts of a JSON schema that fix an order of keys. */
interface Ordering {
  properties?: Record<string, Ordering>;
  items?: Ordering;
  anyOf?: Ordering[];
}

/** `value` as JSON, keys in the order of `schema` (keys it does not name follow, sorted), with a final line feed. */
export function formatJson(value: unknown, schema: object): string {
  return `${write(inOrder(value, schema as Ordering), '')}\n`;
}

function inOrder(value: unknown, schema: Ordering | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => inOrder(item, schema?.items));
  if (typeof value !== 'object' || value === null) return value;
  const shape = schema?.properties ?? schema?.anyOf?.find((branch) => branch.properties)?.properties ?? {};
  const named = Object.keys(shape).filter((key) => key in value);
  const others = Object.keys(value)
    .filter((key) => !(key in shape))
    .sort();
  return Object.fromEntries(
    [...named, ...others].map((key) => [key, inOrder((value as Record<string, unknown>)[key], shape[key])]),
  );
}

function write(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const rows = value.map((item) => JSON.stringify(item));
    const flat = value.every((item) => typeof item !== 'object' || item === null);
    return flat ? `[${rows.join(', ')}]` : `[\n${rows.map((row) => inner + row).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const lines = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${write(item, inner)}`);
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}

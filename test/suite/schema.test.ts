/** The schema file that editors complete from. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataSets } from '../../src/data/registry.js';
import { networks } from '../../src/model/registry.js';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import { loadSuite } from '../../src/suite/load.js';
import { suiteSchema } from '../../src/suite/schema/suite.js';
import { schemaFile, schemaText } from '../../src/suite/write-schema.js';

const suites = new URL('../../suites/', import.meta.url);
const names = readdirSync(suites).filter((name) => name.endsWith('.json') && name !== 'suite.schema.json');

/** Every field of every object of a schema, with its path. */
function fieldsOf(schema: unknown, path: string): [path: string, field: Record<string, unknown>][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const entries = Object.entries(schema);
  const properties = entries.find(([key]) => key === 'properties')?.[1] as Record<string, object> | undefined;
  const own = Object.entries(properties ?? {}).map(
    ([name, field]) =>
      [`${path}.${name}`, field as Record<string, unknown>] as [string, Record<string, unknown>],
  );
  const deeper = entries.flatMap(([key, value]) =>
    fieldsOf(value, key === 'properties' ? path : `${path}/${key}`),
  );
  return [...own, ...deeper];
}

describe('suites/suite.schema.json', () => {
  it('is up to date (`npm run schema` writes it)', () => {
    expect(readFileSync(schemaFile, 'utf8')).toBe(schemaText());
  });

  it('describes every field', () => {
    const silent = fieldsOf(suiteSchema, '$').filter(([, field]) => !field.description && !field.$ref);
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('allows no field that it does not know, in any object', () => {
    const open: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const object = schema as Record<string, unknown>;
      if (object.properties !== undefined && object.additionalProperties !== false) open.push(path);
      for (const [key, value] of Object.entries(object)) visit(value, `${path}/${key}`);
    };
    visit(suiteSchema, '$');
    expect(open).toEqual([]);
  });

  it('knows everything that is registered', () => {
    const text = schemaText();
    for (const name of [dataSets, networks, bases, sharpness].flatMap(Object.keys)) {
      expect(text).toContain(JSON.stringify(name));
    }
  });
});

describe('the suites of this repository', () => {
  it.each(names)('%s is right and refers to the schema', (name) => {
    const { suite, written } = loadSuite(new URL(name, suites).pathname);
    expect(`${suite.name}.json`).toBe(name);
    expect(written.$schema).toBe('./suite.schema.json');
    expect(suite.description).not.toBeNull();
  });
});

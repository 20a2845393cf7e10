/** Writes suites/suite.schema.json, from which editors complete suite files: `npm run schema`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suiteSchema } from './schema/suite.js';

/** The text of suites/suite.schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(suiteSchema, null, 2)}\n`;
}

/** Where the schema file lies. */
export const schemaFile = new URL('../../suites/suite.schema.json', import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(schemaFile, schemaText());

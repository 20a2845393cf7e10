/** Reads a JSON file that a person wrote, and says where it is none. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import jsonc from 'jsonc-parser';
import { SambenchError } from '../errors.js';
import { nearest } from './nearest.js';
import { joinPath, suiteError } from './problem.js';

/** Larger files are no suites; reading one would only take memory. */
const largest = 5_000_000;

/** The parsed contents of a file and its bytes as they are on disk. */
export interface JsonFile {
  value: unknown;
  bytes: Uint8Array;
}

/**
 * Reads and parses a file of at most 5 MB.
 * @throws SambenchError for a file that is missing, no regular file, too large, not UTF-8, not JSON (with line and
 *   column) or that names a key twice in one object.
 */
export function readJson(file: string): JsonFile {
  const bytes = readBytes(file);
  const text = decode(file, bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notJson(file, text);
  }
  refuseDuplicateKeys(file, text);
  return { value, bytes };
}

function invalid(file: string, problem: string, fix: string, value?: unknown): SambenchError {
  return new SambenchError('suite-invalid', { file, problem, fix, value });
}

function readBytes(file: string): Uint8Array {
  try {
    const status = statSync(file);
    if (status.isDirectory())
      throw invalid(file, 'is a directory, not a suite file', suggestFile(file, file));
    if (!status.isFile()) throw invalid(file, 'is not a regular file', 'Name a JSON file.');
    if (status.size > largest) {
      const size = `${Math.round(status.size / 1e5) / 10} MB`;
      throw invalid(file, 'is too large for a suite', 'Name a suite file of at most 5 MB.', size);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof SambenchError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw invalid(file, 'does not exist', suggestFile(file, dirname(file)));
    }
    throw invalid(file, `cannot be read (${code ?? 'unknown reason'})`, 'Check its permissions.');
  }
}

/** A hint at the suite that was meant, from the JSON files of a folder. */
function suggestFile(file: string, folder: string): string {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => extname(name) === '.json' && !name.endsWith('.schema.json'));
  } catch {
    return 'Check the path.';
  }
  const wanted = basename(file, extname(file));
  const near = nearest(
    wanted,
    names.map((name) => basename(name, '.json')),
  );
  if (near !== undefined) return `Did you mean ${join(folder, `${near}.json`)}?`;
  if (names.length === 0) return 'Check the path.';
  return `Suites there: ${names.sort().slice(0, 12).join(', ')}.`;
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    // The decoder also drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid(file, 'is not text in UTF-8', 'Save it as JSON in UTF-8.');
  }
}

/** What each kind of mistake is called; the parser's own names are terse. */
const mistakes: Readonly<Record<number, string>> = {
  1: 'an unknown word',
  2: 'a number that JSON does not allow',
  3: 'a name in quotes was expected',
  4: 'a value was expected',
  5: 'a colon was expected',
  6: 'a comma was expected',
  7: 'a closing brace was expected',
  8: 'a closing bracket was expected',
  9: 'text after the end of the JSON value',
  10: 'a comment, which JSON does not allow',
  11: 'a comment without an end',
  12: 'a text without its closing quote',
  13: 'a number without an end',
  14: 'a wrong \\u escape',
  15: 'a wrong escape',
  16: 'a character that JSON does not allow here',
};

function notJson(file: string, text: string): SambenchError {
  const errors: jsonc.ParseError[] = [];
  const fix = 'Mend it there, or check it with an editor that knows JSON.';
  try {
    jsonc.parse(text, errors, { disallowComments: true, allowEmptyContent: false });
  } catch {
    return invalid(file, 'is not JSON: it is nested too deeply', fix);
  }
  if (text.trim() === '') return invalid(file, 'is not JSON: the file is empty', 'Write a suite into it.');
  const { error, offset } = errors[0] ?? { error: 16, offset: 0 };
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const found = text
    .slice(offset, offset + 20)
    .split('\n', 1)[0]
    ?.trimEnd();
  return new SambenchError('suite-invalid', {
    file,
    path: `line ${line}, column ${column}`,
    problem: `is not JSON: ${mistakes[error] ?? 'a mistake'}`,
    value: found === '' ? 'the end of the line' : found,
    fix,
  });
}

/** JSON.parse keeps the last of two equal keys without a word, so that half of what was written would not count. */
function refuseDuplicateKeys(file: string, text: string): void {
  const open: Set<string>[] = [];
  let problem: SambenchError | undefined;
  try {
    jsonc.visit(text, {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (name, _offset, _length, line, character, pathOf) => {
        const keys = open.at(-1);
        if (keys?.has(name) && problem === undefined) {
          problem = suiteError(file, [
            {
              path: joinPath([...pathOf(), name]),
              problem: `is there twice, again at line ${line + 1}, column ${character + 1}`,
              value: undefined,
              fix: 'Keep one of the two.',
            },
          ]);
        }
        keys?.add(name);
      },
    });
  } catch (error) {
    if (error instanceof RangeError) throw invalid(file, 'is nested too deeply', 'Write a suite into it.');
    throw error;
  }
  if (problem !== undefined) throw problem;
}

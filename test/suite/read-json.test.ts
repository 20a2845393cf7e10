/** Files that are no suites at all. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSuite } from '../../src/suite/load.js';
import { example, fileOf, refusal } from './example.js';

describe('a file that is not JSON is refused with the line and the column', () => {
  it.each([
    ['a comma too many', '{\n  "name": "x",\n}', 'line 3, column 1', 'expected'],
    ['a comma too few', '{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3', 'a comma was expected'],
    ['a comment', '{\n  // no\n  "a": 1\n}', 'line 2, column 3', 'a comment'],
    ['a word', 'nonsense', 'line 1, column 1', 'got "nonsense"'],
    ['a missing end', '{ "a": [1, 2', 'line 1, column 13', 'a closing bracket was expected'],
    ['text after the end', '{}\n{}', 'line 2, column 1', 'after the end'],
    ['single quotes', "{ 'a': 1 }", 'line 1, column 3', 'is not JSON'],
    ['a page', '<!doctype html>\n<html></html>', 'line 1, column 1', 'is not JSON'],
  ])('%s', (_what, text, path, words) => {
    const { message, parts, exitCode } = refusal(fileOf(text));
    expect(exitCode).toBe(2);
    expect(parts.path).toBe(path);
    expect(message).toContain('suite.json: ');
    expect(message).toContain(words);
    expect(message).toContain('Mend it there');
    expect(message).not.toContain('\n');
  });

  it('an empty file', () => {
    expect(refusal(fileOf(' \n')).message).toContain('the file is empty');
  });

  it('a hundred thousand nested lists', () => {
    const { message, exitCode } = refusal(fileOf('['.repeat(100_000)));
    expect(exitCode).toBe(2);
    expect(message).toContain('is not JSON');
  });

  it('a hundred thousand nested lists that are closed', () => {
    expect(refusal(fileOf('['.repeat(100_000) + ']'.repeat(100_000))).exitCode).toBe(2);
  });
});

describe('a file is refused', () => {
  it('that does not exist, with the name of the one that was meant', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sambench-suite-'));
    writeFileSync(join(folder, 'cifar10.json'), '{}');
    const { message, exitCode } = refusal(join(folder, 'cifar01.json'));
    expect(exitCode).toBe(2);
    expect(message).toContain(`cifar01.json: does not exist. Did you mean ${join(folder, 'cifar10.json')}?`);
  });

  it('that does not exist in a folder that does not exist', () => {
    expect(refusal('/no/such/folder/suite.json').message).toMatch(/does not exist\. Check the path\.$/);
  });

  it('that is a directory', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'sambench-suite-')), 'suite.json');
    mkdirSync(folder);
    expect(refusal(folder).message).toContain('is a directory');
  });

  it('of 10 MB, unread', () => {
    const { message, exitCode } = refusal(fileOf(new Uint8Array(10_000_000)));
    expect(exitCode).toBe(2);
    expect(message).toContain('is too large for a suite (got "10 MB"). Name a suite file of at most 5 MB.');
  });

  it('that is not UTF-8', () => {
    expect(refusal(fileOf(Uint8Array.of(0xff, 0xfe, 0x7b))).message).toContain('is not text in UTF-8');
  });

  it('that names a key twice in one object', () => {
    const text = '{\n  "data": {\n    "train": 1,\n    "train": 2\n  }\n}';
    const { message, parts } = refusal(fileOf(text));
    expect(parts.path).toBe('data.train');
    expect(message).toContain('is there twice, again at line 4, column 5');
  });

  it.each(['[]', 'null', '3', '"suite"'])('that holds %s', (text) => {
    const { message, exitCode } = refusal(fileOf(text));
    expect(exitCode).toBe(2);
    expect(message).toContain('suite.json: $: has the wrong type');
    expect(message).toContain('Give an object');
  });

  it.each([
    ['"epochs":10', '"epochs":1e999', 'epochs'],
    ['"learningRate":0.001', '"learningRate":-1e999', 'arms[0].optimizer.learningRate'],
    ['"learningRate":0.001', '"learningRate":[0.001,1e999]', 'arms[0].optimizer.learningRate[1]'],
    ['"seeds":3', '"seeds":[1,1e999]', 'seeds[1]'],
    ['"train":4000', '"train":1e999', 'data.train'],
  ])('that has %s as %s, which is beyond all numbers and not null', (before, after, place) => {
    const text = JSON.stringify(example()).replace(before, after);
    expect(text).toContain(after);
    const { message, parts } = refusal(fileOf(text));
    expect(parts.path).toBe(place);
    expect(message).toMatch(/is beyond all numbers \(got -?Infinity\)/);
  });
});

describe('a file is accepted', () => {
  it('with a byte order mark and a $schema', () => {
    const file = fileOf(`\uFEFF${JSON.stringify({ $schema: './suite.schema.json', ...example() })}`);
    expect(loadSuite(file).suite.name).toBe('example');
  });

  it('and its hash is that of its bytes', () => {
    const file = fileOf(`${JSON.stringify(example())}\n`);
    const again = fileOf(`${JSON.stringify(example(), null, 2)}\n`);
    expect(loadSuite(file).sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(loadSuite(file).sha256).not.toBe(loadSuite(again).sha256);
  });
});

import { describe, expect, it } from 'vitest';
import { commandLine } from '../src/command-line.js';

describe('the line for a command, in a clone', () => {
  it('is a script of npm with its arguments', () => {
    expect(commandLine('bench', 'suites/quickstart.json')).toBe('npm run bench suites/quickstart.json');
    expect(commandLine('doctor')).toBe('npm run doctor');
  });

  it('has two dashes before its flags, which npm would keep otherwise', () => {
    expect(commandLine('plan', 'a.json', '--fit', '8h')).toBe('npm run plan a.json -- --fit 8h');
    expect(commandLine('doctor', '--json')).toBe('npm run doctor -- --json');
  });
});

import { describe, expect, it } from 'vitest';
import { SambenchError } from '../src/errors.js';

describe('an error for the user', () => {
  it('says where, what, with which value, and what to do, on one line', () => {
    const error = new SambenchError('suite-invalid', {
      file: 'suites/x.json',
      path: 'arms[1].optimizer.rho',
      problem: 'must be at least 0',
      value: -1,
      fix: 'Give a radius.',
    });
    expect(error.message).toBe(
      'suites/x.json: arms[1].optimizer.rho: must be at least 0 (got -1). Give a radius.',
    );
  });

  it('leaves out what it does not know', () => {
    expect(new SambenchError('lock-held', { problem: 'another run is going on' }).message).toBe(
      'another run is going on.',
    );
  });

  it('shortens a long value, and shows one that JSON has no word for', () => {
    const long = new SambenchError('suite-invalid', { problem: 'is too long', value: 'x'.repeat(500) });
    expect(long.message.length).toBeLessThan(110);
    expect(new SambenchError('suite-invalid', { problem: 'is odd', value: () => 1 }).message).toContain('=>');
  });

  it('shows a number beyond all numbers as such, where JSON would show null', () => {
    const got = (value: unknown) => new SambenchError('suite-invalid', { problem: 'is odd', value }).message;
    expect(got(Number.POSITIVE_INFINITY)).toBe('is odd (got Infinity).');
    expect(got({ rho: [0.1, Number.NEGATIVE_INFINITY, null] })).toBe(
      'is odd (got {"rho":[0.1,-Infinity,null]}).',
    );
    expect(got('Infinity')).toBe('is odd (got "Infinity").');
  });

  it('is one line, whatever a file name or the message of another program holds', () => {
    const parts = {
      file: 'a\nb.json',
      problem: 'failed:\r\n  line 2\u2028line 3\u001b[31m',
      fix: 'Do it.\n',
    };
    expect(new SambenchError('disk-failed', parts).message).toBe(
      'a b.json: failed: line 2 line 3 [31m. Do it.',
    );
  });

  it.each([
    ['suite-invalid', 2],
    ['flag-invalid', 2],
    ['result-invalid', 2],
    ['engine-missing', 4],
    ['engine-failed', 4],
    ['data-missing', 4],
    ['data-damaged', 4],
    ['disk-failed', 4],
    ['lock-held', 4],
    ['cells-incomplete', 3],
    ['nothing-to-compare', 3],
    ['not-reproduced', 1],
    ['interrupted', 130],
  ] as const)('%s ends the program with %s', (code, status) => {
    expect(new SambenchError(code, { problem: 'x' }).exitCode).toBe(status);
  });

  it('keeps its cause', () => {
    const cause = new Error('below');
    expect(new SambenchError('disk-failed', { problem: 'x' }, { cause }).cause).toBe(cause);
  });
});

import { describe, expect, it } from 'vitest';
import { pipFailure } from '../../../src/engine/install/pip-failure.js';

const hand = 'Or put the file there.';
const explain = (output: string) => pipFailure(output, null, hand).message;

// What pip 23.2 and 24.0 wrote in each of these situations.
const noMatch = `ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: none)
ERROR: No matching distribution found for tensorflow-cpu==2.21.0`;

describe('what pip writes', () => {
  it.each([
    [
      'a refused connection',
      `WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f31233e0d50>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/tensorflow-cpu/\n${noMatch}`,
      'cannot be reached',
    ],
    ['an index without the file', noMatch, 'does not have this file'],
    [
      'a file of another hash',
      `ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes. Otherwise, examine the package contents carefully; someone may have tampered with them.\n    Expected sha256 00\n         Got        dc`,
      'not the pinned one',
    ],
    ['a Python without pip', '/usr/bin/python3: No module named pip', 'python3 has no pip'],
  ])('explains %s', (_title, output, words) => {
    expect(explain(output)).toContain(words);
    expect(explain(output)).toContain(hand);
  });

  it('explains a full disk, and then names no file to place', () => {
    const told = explain(
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    );
    expect(told).toContain('the disk is full');
    expect(told).not.toContain(hand);
  });

  it('is passed on where it is not known: the last error', () => {
    const output = 'Collecting x\nERROR: first\nERROR: 403 Client Error: Forbidden\nsome advice';
    expect(explain(output)).toContain('pip failed (403 Client Error: Forbidden)');
  });

  it('may be nothing at all', () => {
    expect(explain('')).toContain('pip failed (it wrote nothing)');
  });

  it('is not looked at when python3 did not start', () => {
    expect(pipFailure('', 'ENOENT', hand).message).toContain('there is no python3');
  });
});

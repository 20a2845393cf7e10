import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { gateText } from '../../src/commands/gate-text.js';
import { annotations } from '../../src/gate/annotations.js';
import { type Check, check } from '../../src/gate/check.js';
import { code, printable, prose, xml } from '../../src/gate/escape.js';
import type { GateReport } from '../../src/gate/judge.js';
import { junit } from '../../src/gate/junit.js';
import { markdown } from '../../src/gate/markdown.js';

const schema = readFileSync(fileURLToPath(new URL('junit.xsd', import.meta.url)), 'utf8');
const time = new Date('2026-01-02T03:04:05.678Z');

/** What a hostile result file could hold in any place where text goes. */
const hostile =
  '\u001b[31m</testcase><script>alert("1")</script>|`@everyone`\n::error::x\r## [a](https://evil.example) & "q" \'s\' ]]> \ud800\u0000\u202e';

function report(subject: string, reason: string, details: string[] = []): GateReport {
  const parts = { subject, reason, details };
  const effect = { value: -2, low: -2.5, high: -1.5, unit: 'points', limit: 0.5 } as const;
  const checks: Check[] = [
    check({ ...parts, kind: 'cells', finding: 'incomplete', verdict: 'incomplete' }),
    check({ ...parts, kind: 'accuracy', finding: 'regression', verdict: 'fail', n: 8, effect, p: 0.001 }),
    check({ ...parts, kind: 'accuracy', finding: 'inconclusive', verdict: 'pass', n: 8, effect, p: 0.5 }),
    check({ ...parts, kind: 'weights', finding: 'identical', verdict: 'pass', n: 8 }),
    check({ ...parts, kind: 'step time', finding: 'skipped', verdict: 'skip' }),
  ];
  return {
    schema: 1,
    suite: 'study',
    verdict: 'regression',
    exitCode: 1,
    rule: {
      accuracyMargin: 0.5,
      stepTimeRatio: 1.15,
      memoryRatio: 1.15,
      alpha: 0.05,
      baselineArm: 'adam',
      inconclusive: 'pass',
      allowNumericChange: false,
    },
    run: { commits: [subject], machines: [subject] },
    baseline: { commits: [], machines: ['0123456789ab'] },
    checks,
    measures: [],
  };
}

async function defects(contents: string): Promise<readonly string[]> {
  const found = await validateXML({ xml: [{ fileName: 'gate.xml', contents }], schema: [schema] });
  return found.errors.map(({ message }) => message);
}

describe('JUnit XML', () => {
  it('holds to the common schema', async () => {
    expect(await defects(junit(report('sam-e4', 'It fell.', ['a', 'b']), time))).toEqual([]);
  });

  it('holds to it whatever the files say, and takes no markup from them', async () => {
    const text = junit(report(hostile, hostile, [hostile]), time);
    expect(await defects(text)).toEqual([]);
    expect(text).not.toContain('<script>');
    // A test case for each check, and none more.
    expect(text.match(/<testcase /g)).toHaveLength(5);
  });

  it('would be refused without its counts, so that the schema can fail', async () => {
    const text = junit(report('sam-e4', 'It fell.'), time).replace(/ failures="1"/, '');
    expect(await defects(text)).not.toEqual([]);
  });

  it('counts failures, errors and skipped checks', () => {
    const text = junit(report('sam-e4', 'It fell.'), time);
    expect(text).toContain('tests="5" failures="1" errors="1" skipped="1"');
    expect(text).toContain('timestamp="2026-01-02T03:04:05"');
  });
});

describe('Markdown', () => {
  it('has a table whose columns are aligned in plain text', () => {
    const rows = markdown(report('sam-e4', 'It fell.'))
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(7);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  it('takes no markup, mention, link or row from a file', () => {
    const text = markdown(report(hostile, hostile, [hostile]));
    const lines = text.split('\n');
    expect(lines.filter((line) => line.startsWith('|'))).toHaveLength(7);
    // Outside code spans nothing of the markup is left alive.
    const outside = text.replace(/`[^`\n]*`/g, '').replace(/<!-- sambench-gate study -->/, '');
    expect(outside).not.toMatch(/<|@everyone|https:\/\/|(?<!\\)\[a\]/);
    expect(lines.filter((line) => line.startsWith('## '))).toHaveLength(1);
  });
});

describe('annotations', () => {
  it('are one line each whatever the files say, errors for failures and warnings for the rest', () => {
    const lines = annotations(report(hostile, hostile, [hostile]));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['::error', '::error', '::warning']);
    for (const line of lines) {
      expect(line).not.toMatch(/[\n\r]/);
      expect(line).not.toContain('\u001b');
      expect(line.slice(2).match(/::/g)).toHaveLength(1);
    }
  });
});

describe('the table for a terminal', () => {
  it('has no control character and no workflow command from a file', () => {
    const text = gateText(report(hostile, hostile, [hostile]));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text).not.toContain('::');
  });
});

describe('escaping', () => {
  it('keeps plain text as it is', () => {
    for (const harmless of [printable, prose, xml])
      expect(harmless('sam-rho0.05, 8 seeds')).toBe('sam-rho0.05, 8 seeds');
    expect(code('sam-rho0.05')).toBe('`sam-rho0.05`');
  });
});

/** The report of the gate as JUnit XML, one test case for each check, as CI servers show tests. */
import type { Check } from './check.js';
import { xml } from './escape.js';
import type { GateReport } from './judge.js';
import { effectText, shorten } from './words.js';

/**
 * JUnit XML that holds to what the schemas of Jenkins and of Ant's JUnit task have in common. A regression is a failure,
 * an incomplete comparison an error, a check that could not be made is skipped. `time` is when it was judged.
 */
export function junit(report: GateReport, time: Date): string {
  const { suite, checks, run, baseline } = report;
  const count = (verdict: Check['verdict']) => checks.filter((each) => each.verdict === verdict).length;
  const properties = {
    verdict: report.verdict,
    commits: run.commits.join(' '),
    machines: run.machines.join(' '),
    baselineCommits: baseline.commits.join(' '),
    baselineMachines: baseline.machines.join(' '),
  };
  const head = attributes({
    name: `sambench gate ${suite}`,
    package: 'sambench',
    id: '0',
    timestamp: time.toISOString().slice(0, 19),
    hostname: 'localhost',
    tests: String(checks.length),
    failures: String(count('fail')),
    errors: String(count('incomplete')),
    skipped: String(count('skip')),
    time: '0',
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite${head}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    '    </properties>',
    ...checks.map((each) => testCase(each, suite)),
    '    <system-out></system-out>',
    '    <system-err></system-err>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(each: Check, suite: string): string {
  const start = `    <testcase${attributes({
    name: `${each.kind}: ${each.subject}`,
    classname: `sambench.${suite}.${each.kind.replaceAll(' ', '-')}`,
    time: '0',
  })}`;
  const { finding: type, reason: message } = each;
  const text = xml(
    [each.reason, effectText(each.effect), ...shorten(each.details)].filter(Boolean).join('\n'),
  );
  if (each.verdict === 'skip')
    return `${start}>\n      <skipped${attributes({ message })}/>\n    </testcase>`;
  if (each.verdict === 'pass') return `${start}/>`;
  const element = each.verdict === 'fail' ? 'failure' : 'error';
  return `${start}>\n      <${element}${attributes({ message, type })}>${text}</${element}>\n    </testcase>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(value)}"`)
    .join('');
}

// Adds up what vitest wrote as JSON and prints "N passed, N failed". Arguments: how many steps of the run ended badly, then
// the files. Exits with 1 when a test failed, a file could not be run, a report is missing or a step ended badly.
import { readFileSync } from 'node:fs';

const [failedSteps, ...files] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of files) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The runner died before it could report.
    failed += 1;
    continue;
  }
  for (const { status, assertionResults } of report.testResults) {
    const count = (wanted) => assertionResults.filter((each) => each.status === wanted).length;
    passed += count('passed');
    // A file that cannot be loaded has no tests that could fail.
    failed += count('failed') || (status === 'failed' ? 1 : 0);
  }
}
// A step may fail without a failing test: the checks, the install, an error outside of all tests.
if (failed === 0) failed = Number(failedSteps);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

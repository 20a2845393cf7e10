/** `sambench gate SUITE --baseline DIR`: has something become worse, for CI. */
import { appendFile } from 'node:fs/promises';
import { SambenchError } from '../errors.js';
import { annotations } from '../gate/annotations.js';
import { type GateReport, judge } from '../gate/judge.js';
import { junit } from '../gate/junit.js';
import { markdown } from '../gate/markdown.js';
import { bencherMetrics, githubBenchmark } from '../gate/trackers.js';
import { storedSuite } from '../results/step-times.js';
import { expandSuite } from '../suite/expand.js';
import { loadSuite } from '../suite/load.js';
import { write } from './baseline.js';
import { readBaseline, readRun } from './baseline-files.js';
import type { CommandResult } from './command-result.js';
import { gateText } from './gate-text.js';

export interface GateFlags {
  baseline: string;
  results: string;
  inconclusive: 'pass' | 'fail';
  allowNumericChange?: boolean;
  /** Files to write. */
  junit?: string;
  markdown?: string;
  githubBenchmark?: string;
  bencher?: string;
  /** Append the Markdown to the file that GITHUB_STEP_SUMMARY names. */
  summary?: boolean;
  json?: boolean;
}

/** What the gate takes from its process. */
export interface GateSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  now: Date;
  /** Where annotations go when standard output is taken by JSON. */
  progress: { write(text: string): unknown };
}

/**
 * Judges the results of the suite in `file`; exit code 1 for a regression, 3 for an incomplete comparison.
 * @throws SambenchError exit 2 for a suite, baseline or result that cannot be read; exit 3 where there is no baseline.
 */
export async function gate(
  file: string,
  flags: GateFlags,
  { env, now, progress }: GateSurroundings,
): Promise<CommandResult> {
  const suite = await storedSuite(loadSuite(file).suite, flags.results, file);
  const { cells } = expandSuite({ suite });
  const before = await readBaseline(flags.baseline, suite, cells);
  const run = await readRun(flags.results, suite, cells);
  const report = judge(cells, run, before, {
    ...suite.gate,
    baselineArm: suite.compare.baseline,
    inconclusive: flags.inconclusive,
    allowNumericChange: flags.allowNumericChange === true,
  });
  await writeFiles(report, flags, now);
  const notes = await summarize(report, flags, env);
  const marks = env.GITHUB_ACTIONS === 'true' ? annotations(report) : [];
  if (flags.json && marks.length > 0) progress.write(`${marks.join('\n')}\n`);
  return {
    text: [gateText(report), ...notes, ...marks].join('\n'),
    data: report,
    exitCode: report.exitCode,
  };
}

async function writeFiles(report: GateReport, flags: GateFlags, now: Date): Promise<void> {
  const { suite, measures } = report;
  if (flags.junit !== undefined) await write(flags.junit, junit(report, now));
  if (flags.markdown !== undefined) await write(flags.markdown, markdown(report));
  if (flags.githubBenchmark !== undefined) {
    await write(flags.githubBenchmark, `${JSON.stringify(githubBenchmark(suite, measures), null, 2)}\n`);
  }
  if (flags.bencher !== undefined) {
    await write(flags.bencher, `${JSON.stringify(bencherMetrics(suite, measures), null, 2)}\n`);
  }
}

async function summarize(
  report: GateReport,
  flags: GateFlags,
  env: GateSurroundings['env'],
): Promise<string[]> {
  if (flags.summary !== true) return [];
  const target = env.GITHUB_STEP_SUMMARY;
  if (!target) return ['No step summary was written: GITHUB_STEP_SUMMARY names no file.'];
  try {
    await appendFile(target, markdown(report));
    return [];
  } catch (error) {
    throw new SambenchError('disk-failed', {
      file: target,
      problem: `cannot be written (${(error as Error).message})`,
      fix: 'Leave --summary out, or mend GITHUB_STEP_SUMMARY.',
    });
  }
}

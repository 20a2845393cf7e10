/** The program `npm run bench:step`: flags in, table or JSON out. */
import { Command, Option } from 'commander';
import { parsePositive } from '../commands/flags.js';
import { ensureEngine } from '../engine/install/install.js';
import { exitCodes, SambenchError } from '../errors.js';
import { benchStep, type StepKind, stepKinds } from './step.js';
import { stepTable } from './step-table.js';
import { listOf, runTool } from './tool.js';
import { type BenchOptimizer, benchOptimizers } from './workload.js';

interface Flags {
  rounds: number;
  steps: number;
  batch: number;
  threads: number;
  only: StepKind[];
  optimizers: BenchOptimizer[];
  operations?: boolean;
  quiet?: boolean;
}

const program = new Command('bench:step')
  .description('times training steps of resnet20: compiled, eager and naive, in balanced rounds of one run')
  .option('--rounds <n>', 'rounds', parsePositive, 6)
  .option('--steps <n>', 'timed steps of each turn', parsePositive, 4)
  .option('--batch <n>', 'images a step', parsePositive, 128)
  .option('--threads <n>', 'threads', parsePositive, 2)
  .addOption(
    new Option('--only <list>', 'kinds, e.g. compiled,eager')
      .default([...stepKinds])
      .argParser(listOf(stepKinds)),
  )
  .addOption(
    new Option('--optimizers <list>', 'optimizers')
      .default([...benchOptimizers])
      .argParser(listOf(benchOptimizers)),
  )
  .option('--operations', "then trace compiled steps, and tell each kind of operation's share of the time")
  .option('--quiet', 'show no progress');

await runTool(program, async ({ only, quiet, ...flags }: Flags) => {
  const tell = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  if (flags.operations && !only.includes('compiled'))
    throw new SambenchError('flag-invalid', {
      problem: '--operations traces the compiled step, which --only leaves out',
      fix: 'Leave one of the two flags out, or name compiled.',
    });
  await ensureEngine({ onProgress: ({ stage }) => tell(`engine: ${stage}`) });
  const data = await benchStep({ ...flags, kinds: only }, tell);
  return { text: stepTable(data), data, exitCode: exitCodes.done };
});

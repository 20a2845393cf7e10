/** The program `npm run bench:step`: flags in, table or JSON out. */
import { Command, Option } from 'commander';
import { parsePositive } from '../commands/flags.js';
import { ensureEngine } from '../engine/install/install.js';
import { exitCodes } from '../errors.js';
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
  .option('--quiet', 'show no progress');

await runTool(program, async ({ only, quiet, ...flags }: Flags) => {
  const tell = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  await ensureEngine({ onProgress: ({ stage }) => tell(`engine: ${stage}`) });
  const data = await benchStep({ ...flags, kinds: only }, tell);
  return { text: stepTable(data), data, exitCode: exitCodes.done };
});

/** The program `npm run bench:epoch`: flags in, text or JSON out. */
import { Command, Option } from 'commander';
import { parsePositive } from '../commands/flags.js';
import { provide } from '../commands/provide.js';
import { exitCodes } from '../errors.js';
import { benchEpoch, type EpochBench, type EpochBenchSettings } from './epoch.js';
import { machineLine } from './machine.js';
import { megabytes } from './step-table.js';
import { runTool } from './tool.js';
import { benchOptimizers } from './workload.js';

type Flags = Omit<EpochBenchSettings, 'm'> & { m?: number; quiet?: boolean };

const program = new Command('bench:epoch')
  .description('compares epochs of resnet20 with steps × step time, and tells the peak of memory')
  .addOption(new Option('--optimizer <name>', 'optimizer').choices([...benchOptimizers]).default('adam'))
  .option('--train <n>', 'training images', parsePositive, 10_000)
  .option('--epochs <n>', 'epochs that count; one more before them does not', parsePositive, 2)
  .option('--steps <n>', 'timed steps before and after training', parsePositive, 20)
  .option('--batch <n>', 'images a step', parsePositive, 128)
  .option('--m <n>', 'images of a group that has its own gradient; default the batch', parsePositive)
  .option('--threads <n>', 'threads', parsePositive, 2)
  .option('--quiet', 'show no progress');

await runTool(program, async ({ quiet, m = 0, ...flags }: Flags) => {
  const tell = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  await provide('cifar10', (title) => tell(title), new AbortController().signal);
  const data = await benchEpoch({ ...flags, m: m || null }, tell);
  return { text: text(data), data, exitCode: exitCodes.done };
});

function text(bench: EpochBench): string {
  const { machine, settings, stepsPerEpoch, stepMilliseconds, epochSeconds } = bench;
  const { optimizer, train, batch, m, threads, steps } = settings;
  const groups = m === null ? '' : ` in groups of ${m}`;
  const { before, after, median } = stepMilliseconds;
  return [
    machineLine(machine),
    `resnet20, ${optimizer}, ${train} images, batch ${batch}${groups}, ${threads} threads`,
    '',
    `epoch: ${epochSeconds.map((seconds) => seconds.toFixed(2)).join(', ')} s`,
    `step: ${median.toFixed(1)} ms, median of ${2 * steps} (${before.toFixed(1)} before training, ${after.toFixed(1)} after)`,
    `epoch / (${stepsPerEpoch} steps × step): ${bench.epochOverSteps.toFixed(3)}`,
    `input wait: ${(100 * bench.inputWaitShare).toFixed(2)} % of the training time`,
    `peak memory of the training process: ${megabytes(bench.peakRssBytes)} MB`,
  ].join('\n');
}

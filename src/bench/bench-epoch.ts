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
  .description(
    'compares epochs of resnet20 with their steps and with steps alone, and tells the peak of memory',
  )
  .addOption(new Option('--optimizer <name>', 'optimizer').choices([...benchOptimizers]).default('adam'))
  .option('--train <n>', 'training images', parsePositive, 10_000)
  .option('--epochs <n>', 'epochs that count; one more before them does not', parsePositive, 4)
  .option('--steps <n>', 'steps that are timed alone before and after each epoch', parsePositive, 20)
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
  const { machine, settings, stepsPerEpoch } = bench;
  const { optimizer, train, batch, m, threads, steps } = settings;
  const groups = m === null ? '' : ` in groups of ${m}`;
  const list = (numbers: readonly number[], digits: number) =>
    numbers.map((number) => number.toFixed(digits)).join(', ');
  const ranged = (middle: number, numbers: readonly number[]) =>
    `${middle.toFixed(3)} (${Math.min(...numbers).toFixed(3)} to ${Math.max(...numbers).toFixed(3)})`;
  return [
    machineLine(machine),
    `resnet20, ${optimizer}, ${train} images, batch ${batch}${groups}, ${threads} threads`,
    '',
    `epochs: ${list(bench.epochSeconds, 2)} s`,
    `steps inside them, medians of ${stepsPerEpoch}: ${list(bench.ownStepMilliseconds, 1)} ms`,
    `steps alone around them, medians of ${steps}: ${list(bench.stepMilliseconds, 1)} ms`,
    `epoch / its own steps: ${ranged(bench.medianEpochOverOwnSteps, bench.epochOverOwnSteps)}, what training adds around its steps`,
    `epoch / (${stepsPerEpoch} steps × step alone): ${ranged(bench.medianEpochOverSteps, bench.epochOverSteps)}, as noisy as the machine`,
    `input wait: ${(100 * bench.inputWaitShare).toFixed(2)} % of the epochs`,
    `peak memory of the training process: ${megabytes(bench.peakRssBytes)} MB`,
  ].join('\n');
}

/** The program `npm run bench:grid`: flags in, table or JSON out. */
import { Command } from 'commander';
import { parsePositive } from '../commands/flags.js';
import { provide } from '../commands/provide.js';
import { textTable } from '../commands/text-table.js';
import { exitCodes } from '../errors.js';
import { benchGrid, type GridBench, type GridBenchSettings } from './grid.js';
import { machineLine } from './machine.js';
import { ratioText } from './step-table.js';
import { runTool } from './tool.js';

const program = new Command('bench:grid')
  .description('times a grid of equal cells of resnet8 with --jobs auto and with --jobs 1')
  .option('--rounds <n>', 'rounds, each one run of both', parsePositive, 2)
  .option('--cells <n>', 'cells', parsePositive, 8)
  .option('--train <n>', 'training images', parsePositive, 2000)
  .option('--epochs <n>', 'epochs', parsePositive, 2)
  .option('--batch <n>', 'images a step', parsePositive, 64)
  .option('--threads <n>', 'threads of a cell', parsePositive, 1)
  .option('--quiet', 'show no progress');

await runTool(program, async ({ quiet, ...settings }: GridBenchSettings & { quiet?: boolean }) => {
  const tell = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  await provide('cifar10', (title) => tell(title), new AbortController().signal);
  const data = await benchGrid(settings, tell);
  return { text: table(data), data, exitCode: exitCodes.done };
});

function table({ machine, settings, rows, chosen, autoOverOne }: GridBench): string {
  const { cells, train, epochs, batch, threads, rounds } = settings;
  const lines = rows.map(({ jobs, seconds, medianSeconds }) => [
    `--jobs ${jobs}`,
    medianSeconds.toFixed(1),
    Math.min(...seconds).toFixed(1),
    Math.max(...seconds).toFixed(1),
  ]);
  const heads = ['grid', 's, median', 'min', 'max'];
  return [
    machineLine(machine),
    `${cells} cells of resnet8, ${train} images, ${epochs} epochs, batch ${batch}, ${threads} thread${threads === 1 ? '' : 's'} a cell, ${rounds} rounds`,
    '',
    textTable(heads, lines, heads.slice(1)),
    '',
    `auto chose: ${chosen}`,
    `auto / 1: ${ratioText(autoOverOne)}`,
  ].join('\n');
}

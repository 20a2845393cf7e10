/** The flags that several commands share: their names, how their values are read, and what is wrong with a bad one. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CellFlags } from '../suite/select-cells.js';

/** Where results and reports are. */
export interface FolderFlags {
  results: string;
  reports: string;
}

/** Which cells of the grid a command is about. */
export interface SelectionFlags extends CellFlags {
  /** In place of the suite's own `threads`, which is a setting of the cells: they are other cells then. */
  threads?: number;
}

/** Adds `--results` and `--reports`. */
export function addFolderFlags(command: Command): Command {
  return command
    .option('--results <dir>', 'folder of all result folders', 'results')
    .option('--reports <dir>', 'folder of reports', 'reports');
}

/** Adds `--only`, `--seeds`, `--shard`, `--cell` and `--threads`. */
export function addSelectionFlags(command: Command): Command {
  return command
    .option('--only <glob>', 'cells whose id matches, e.g. "sam-*"')
    .option('--seeds <list>', 'cells of these seeds, e.g. 1,2,5 or 1-3')
    .option('--shard <i/n>', 'the i-th of n parts of the grid, e.g. 1/4')
    .option('--cell <id>', 'one cell')
    .option('--threads <n>', "threads of a cell, in place of the suite's own", parsePositive);
}

/** Adds what only `bench` takes. */
export function addBenchFlags(command: Command): Command {
  return addSelectionFlags(addFolderFlags(command))
    .option('--jobs <n|auto>', 'cells at a time', parseJobs, 'auto')
    .option('--retry-failed', 'run cells again that failed, diverged or timed out')
    .option('--fresh', 'discard the results of the selected cells first')
    .option(
      '--checkpoint-every <seconds>',
      'seconds between checkpoints; 0: only when interrupted',
      parseSeconds,
      60,
    )
    .option('--cell-timeout <seconds>', 'give a cell up after so long', parseSeconds)
    .option('--eager', 'run operations one by one instead of as a compiled graph')
    .option('--verbose', 'show what the training processes write');
}

/** Adds what only `plan` takes. */
export function addPlanFlags(command: Command): Command {
  return addSelectionFlags(command)
    .option('--results <dir>', 'folder of all result folders', 'results')
    .option('--jobs <n|auto>', 'cells at a time', parseJobs, 'auto')
    .option('--no-calibrate', 'measure nothing; the speed is that of finished cells, if there are any')
    .option('--fit <time>', 'cut the suite to a time, e.g. 45m')
    .option('--write <file>', 'where the smaller suite goes, with --fit')
    .option('--shrink <axes>', 'axes whose lists may shrink with --fit, e.g. rho,labelNoise');
}

/** Adds what only `gate` takes. */
export function addGateFlags(command: Command): Command {
  return command
    .requiredOption('--baseline <dir>', 'folder that baseline save wrote to, or a folder of results')
    .option('--results <dir>', 'folder of all result folders', 'results')
    .addOption(
      new Option('--inconclusive <pass|fail>', 'what a check that cannot tell means')
        .choices(['pass', 'fail'])
        .default('pass'),
    )
    .option('--allow-numeric-change', 'let weights differ on an equal machine')
    .option('--junit <file>', 'write JUnit XML')
    .option('--markdown <file>', 'write Markdown, for a comment')
    .option('--summary', 'append the Markdown to the file that GITHUB_STEP_SUMMARY names')
    .option('--github-benchmark <file>', 'write customSmallerIsBetter JSON of github-action-benchmark')
    .option('--bencher <file>', 'write Bencher Metric Format');
}

/** Adds what only `verify` takes. */
export function addVerifyFlags(command: Command): Command {
  return addSelectionFlags(command)
    .option('--results <dir>', 'folder of all result folders', 'results')
    .option('--jobs <n|auto>', 'cells at a time', parseJobs, 'auto')
    .option('--cells <n>', 'how many cells', parsePositive, 1)
    .option('--self', 'train each cell twice now, and compare the two')
    .option('--verbose', 'show what the training processes write');
}

/** Adds what only `golden` takes. */
export function addGoldenFlags(command: Command): Command {
  return command
    .option('--only <glob>', 'cases whose name matches, e.g. "kf_*"')
    .option('--threads <n>', 'threads of one operation', parsePositive)
    .option('--eager', 'run operations one by one instead of as a compiled graph')
    .option('--verbose', "show TensorFlow's own log lines");
}

/** A whole number from 1. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number, at least 1.');
}

/** `auto`, or a whole number from 1. */
export function parseJobs(text: string): number | 'auto' {
  const value = Number(text);
  if (text === 'auto') return text;
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be auto or a whole number, at least 1.');
}

/** A number of seconds, at least 0. */
export function parseSeconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 1e9) return value;
  throw new InvalidArgumentError('It must be a number of seconds, e.g. 60.');
}

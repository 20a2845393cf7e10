#!/usr/bin/env node
/**
 * The table of contents: one entry for each command, the flags that it takes and where it is done. The only place that
 * prints results and the only one that exits.
 */
import { Command, CommanderError } from 'commander';
import { commandLine } from './command-line.js';
import type { BenchFlags } from './commands/bench.js';
import type { CommandResult, Surroundings } from './commands/command-result.js';
import {
  addBenchFlags,
  addFolderFlags,
  addGateFlags,
  addGoldenFlags,
  addPlanFlags,
  addVerifyFlags,
  type FolderFlags,
} from './commands/flags.js';
import type { GateFlags } from './commands/gate.js';
import type { GoldenFlags } from './commands/golden.js';
import type { PlanFlags } from './commands/plan.js';
import { stageView } from './commands/stages.js';
import type { VerifyFlags } from './commands/verify.js';
import { exitCodes, SambenchError } from './errors.js';
import { launcher } from './run/launch.js';
import { listenForStop } from './run/stop.js';
import { version } from './version.js';

const exampleCommands = [
  [commandLine('plan', 'suites/quickstart.json'), 'what would run, and how long it would take'],
  [commandLine('bench', 'suites/quickstart.json'), 'train what is missing, then report'],
  [commandLine('report', 'suites/quickstart.json'), 'write the report again from the result files'],
  [commandLine('doctor'), 'what this machine has and lacks'],
];

const examples = `
Examples:
${exampleCommands.map(([line = '', says]) => `  ${line.padEnd(40)}  ${says}`).join('\n')}

Exit codes: 0 done; 1 regression, not reproduced; 2 invalid input; 3 cells failed or missing;
4 engine, data, disk or lock; 130 interrupted (the same command goes on).`;

const surroundings: Surroundings = {
  progress: process.stderr,
  args: process.argv.slice(2),
  listenForStop: () => listenForStop(process),
  launch: launcher(),
  provide: async (...wanted) => (await import('./commands/provide.js')).provide(...wanted),
};

interface CommonFlags {
  json?: boolean;
  quiet?: boolean;
}

/** `--no-calibrate` makes this false; `plan` itself takes the measurement. */
type WrittenPlanFlags = Omit<PlanFlags, 'calibrate'> & CommonFlags & { calibrate: boolean };

let outcome: CommandResult | null = null;
let json = false;

const program = new Command('sambench')
  .description(
    'Does sharpness-aware training beat the baseline at equal compute, beyond the noise of the seed?',
  )
  .version(version)
  .addHelpText('after', examples)
  .exitOverride()
  .configureOutput({ outputError: () => {} });

addBenchFlags(define('bench <suite>', 'train the cells that have no result, time the steps, report')).action(
  run(async (suite: string, flags: BenchFlags) =>
    (await import('./commands/bench.js')).bench(suite, flags, surroundings),
  ),
);
addPlanFlags(
  define('plan <suite>', 'what would run, what it costs and how long it takes; runs nothing'),
).action(
  run(async (suite: string, { calibrate, ...flags }: WrittenPlanFlags) => {
    const { calibrator } = await import('./commands/plan-calibration.js');
    const quiet = flags.quiet === true;
    const timeSteps: PlanFlags['timeSteps'] = async (known, file, store) => {
      const { measuredSuite } = await import('./commands/wall-time.js');
      return measuredSuite({ suite: known, file, store, flags: { quiet }, surroundings });
    };
    const measure = calibrate ? { calibrate: calibrator(surroundings, quiet), timeSteps } : {};
    return (await import('./commands/plan.js')).plan(suite, { ...flags, ...measure });
  }),
);
addFolderFlags(define('report <suite>', 'write the report from the result files alone')).action(
  run(async (suite: string, flags: FolderFlags) =>
    (await import('./commands/report.js')).reportCommand(suite, flags),
  ),
);
addGateFlags(define('gate <suite>', 'compare the results with a baseline; exit 1 for a regression')).action(
  run(async (suite: string, flags: GateFlags) => {
    const { env, stderr: progress } = process;
    return (await import('./commands/gate.js')).gate(suite, flags, { env, now: new Date(), progress });
  }),
);
define('compare <dirA> <dirB>', 'two folders of results side by side, without training')
  .option('--reports <dir>', 'folder of reports', 'reports')
  .action(
    run(async (dirA: string, dirB: string, flags: { reports: string }) =>
      (await import('./commands/compare.js')).compareCommand(dirA, dirB, flags),
    ),
  );
define('baseline <action> <suite> <dir>', 'baseline save: write what gate compares later runs with')
  .option('--results <dir>', 'folder of all result folders', 'results')
  .action(
    run(async (action: string, suite: string, folder: string, flags: { results: string }) =>
      (await import('./commands/baseline.js')).baseline(action, suite, folder, flags),
    ),
  );
addVerifyFlags(
  define('verify <suite>', 'train finished cells again; exit 1 unless bits are the same'),
).action(
  run(async (suite: string, flags: VerifyFlags) =>
    (await import('./commands/verify.js')).verify(suite, flags, surroundings),
  ),
);
define('data [name]', 'list the data sets, or fetch and verify one').action(
  run(async (name: string | undefined, flags: CommonFlags) => {
    const view = stageView(process.stderr, flags.quiet === true);
    const { data } = await import('./commands/data.js');
    const onProgress = (at: { stage: string; fraction: number | null }) => view.show(at.stage, at.fraction);
    const { text, rows } = await data(name, { onProgress }).finally(view.close);
    return { text: text.trimEnd(), data: { rows }, exitCode: exitCodes.done };
  }),
);
define('doctor', 'what this machine has, what is missing and what to do about it').action(
  run(async () => {
    const { doctor, formatDoctor } = await import('./commands/doctor.js');
    const { rows, ok } = await doctor();
    return {
      text: formatDoctor(rows),
      data: { ok, rows },
      exitCode: ok ? exitCodes.done : exitCodes.environment,
    };
  }),
);
addGoldenFlags(define('golden <dir>', 'compare the training steps with reference numbers')).action(
  run(async (folder: string, flags: GoldenFlags) =>
    (await import('./commands/golden.js')).golden(folder, flags, surroundings),
  ),
);
program.hook('preAction', (_, command) => {
  json = command.opts<CommonFlags>().json === true;
});

process.exit(await main());

async function main(): Promise<number> {
  // A reader that has seen enough, such as head, closes the pipe.
  process.stdout.on('error', () => process.exit(exitCodes.done));
  try {
    await program.parseAsync();
  } catch (error) {
    return complain(error);
  }
  if (outcome === null) return exitCodes.done;
  process.stdout.write(`${json ? JSON.stringify(outcome.data, null, 2) : outcome.text}\n`);
  return outcome.exitCode;
}

/** A command with the flags that all have. */
function define(usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'show no progress');
}

/** Keeps what a command returns until `main` prints it. */
function run<Arguments extends unknown[]>(command: (...given: Arguments) => Promise<CommandResult>) {
  return async (...given: Arguments): Promise<void> => {
    outcome = await command(...given);
  };
}

/** Says what went wrong, on one line where the user can mend it, and returns the exit code. */
function complain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version have been printed, and end the command like an error.
    if (error.exitCode === 0) return exitCodes.done;
    const line = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
    if (error.code !== 'commander.help') process.stderr.write(`sambench: ${line}\n`);
    return exitCodes.invalidInput;
  }
  if (error instanceof SambenchError) {
    process.stderr.write(`sambench: ${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`sambench: this is a mistake of sambench itself; please report it.\n${stack}\n`);
  return exitCodes.environment;
}

/** The frame of a program that measures: reads its flags, prints what it returns, and says what went wrong. */
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import type { CommandResult } from '../commands/command-result.js';
import { exitCodes, SambenchError } from '../errors.js';

/** Runs the program and sets the exit code of this process; `--json` prints data in place of text. */
export async function runTool<Flags extends object>(
  program: Command,
  work: (flags: Flags) => Promise<CommandResult>,
): Promise<void> {
  program.option('--json', 'print the result as JSON').exitOverride();
  program.configureOutput({ outputError: () => {} });
  try {
    program.parse();
    const flags = program.opts<Flags & { json?: boolean }>();
    const { text, data, exitCode } = await work(flags);
    process.stdout.write(`${flags.json ? JSON.stringify(data, null, 2) : text}\n`);
    process.exitCode = exitCode;
  } catch (error) {
    process.exitCode = complain(error, program.name());
  }
}

/** Reads names separated by commas, each one of `known`; they keep the order of `known`. */
export function listOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !known.some((each) => each === name));
    if (unknown !== undefined)
      throw new InvalidArgumentError(`There is no ${unknown}, only ${known.join(', ')}.`);
    return known.filter((name) => names.includes(name));
  };
}

function complain(error: unknown, name: string): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const isExpected = error instanceof CommanderError || error instanceof SambenchError;
  const message = error instanceof Error ? (isExpected ? error.message : error.stack) : String(error);
  process.stderr.write(`${name}: ${String(message).replace(/^error: /, '')}\n`);
  if (error instanceof SambenchError) return error.exitCode;
  return error instanceof CommanderError ? exitCodes.invalidInput : exitCodes.environment;
}

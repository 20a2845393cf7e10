/** `plan SUITE --fit 45m --write FILE`: a smaller suite that asks the same question within a time. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { exitCodes, SambenchError } from '../errors.js';
import { formatDuration } from '../run/estimate.js';
import type { Grid } from '../suite/expand.js';
import { fitSuite } from '../suite/fit.js';
import type { LoadedSuite } from '../suite/load.js';
import { offer } from '../suite/nearest.js';
import type { WrittenSuite } from '../suite/schema/suite.js';
import type { Speed } from '../suite/speed.js';
import type { CommandResult } from './command-result.js';
import type { PlanFlags } from './plan.js';
import { oneLine } from './plan-text.js';
import { secondsOfGrid } from './plan-time.js';

/**
 * Cuts the suite to the time of `--fit` and writes it to the file of `--write`; without that, only tells what it would be.
 * @throws SambenchError for a time that cannot be read or is too short, an unknown speed, and a file that is not ours.
 */
export async function planFit(
  loaded: LoadedSuite,
  grid: Grid,
  flags: PlanFlags,
  speed: Speed | null,
  jobs: number,
): Promise<CommandResult> {
  const time = flags.fit ?? '';
  const seconds = parseDuration(time);
  const shrink = parseShrink(flags.shrink, grid);
  if (flags.write !== undefined) refuseForeignFile(flags.write);
  if (speed === null) {
    throw new SambenchError('flag-invalid', {
      path: '--fit',
      problem: 'needs to know the speed of this machine, and no cell of the suite has finished yet',
      fix: 'Run it without --no-calibrate.',
    });
  }
  const name = flags.write === undefined ? `${loaded.suite.name.slice(0, 60)}-fit` : nameOf(flags.write);
  const cost: Parameters<typeof fitSuite>[1]['cost'] = (suite, { cells }) =>
    secondsOfGrid(suite, cells, cells, speed, jobs);
  const fitted = fitSuite(loaded, { seconds, time: time.trim(), name, shrink, cost });
  if (flags.write !== undefined) await write(flags.write, loaded.file, fitted.written);
  const takes = formatDuration(fitted.seconds);
  const cells = fitted.grid.cells.length;
  const side = jobs === 1 ? 'one at a time' : `${jobs} at a time`;
  const lines = [
    `${fitted.suite.name}: ${oneLine(fitted.suite.title)}`,
    ...(fitted.cuts.length === 0 ? ['It fits as it is; nothing was cut.'] : fitted.cuts),
    `${cells} cells, ${side}, in about ${takes}.`,
    flags.write === undefined ? 'Nothing was written; add --write FILE.' : `Written to ${flags.write}.`,
  ];
  const { written, cuts } = fitted;
  const data = { suite: written, cuts, seconds: fitted.seconds, cells, jobs, file: flags.write ?? null };
  return { text: lines.join('\n'), data, exitCode: exitCodes.done };
}

/**
 * Seconds of a time such as `45m`, `2h`, `90s` or `1h30m`.
 * @throws SambenchError (exit 2) for anything else.
 */
export function parseDuration(text: string): number {
  const match = /^\s*(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)s)?\s*$/.exec(
    text,
  );
  const [hours, minutes, rest] = [match?.[1], match?.[2], match?.[3]].map((part) => Number(part ?? 0));
  const seconds = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0);
  if (seconds > 0) return seconds;
  const fix = 'Write hours, minutes or seconds, e.g. 45m, 1h30m.';
  throw new SambenchError('flag-invalid', { path: '--fit', problem: 'is no time', value: text, fix });
}

function parseShrink(text: string | undefined, { arms }: Grid): string[] {
  if (text === undefined) return [];
  const axes = arms.flatMap((arm) =>
    arm.axes.filter(({ values }) => values.length > 1).map(({ name }) => name),
  );
  const known = [...new Set(axes)];
  return text.split(',').map((part) => {
    const name = part.trim();
    if (known.includes(name)) return name;
    const fix = known.length === 0 ? 'The suite has no axis with several values.' : offer(name, known);
    throw new SambenchError('flag-invalid', {
      path: '--shrink',
      problem: 'is no axis with several values',
      value: name,
      fix,
    });
  });
}

/** The suite's name is that of its file, so that its results do not mix with others. */
function nameOf(file: string): string {
  const name = path.basename(file, '.json');
  if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(name) && file.endsWith('.json')) return name;
  throw new SambenchError('flag-invalid', {
    path: '--write',
    problem: 'is no name for a suite',
    value: file,
    fix: 'End it in .json, after at most 64 small letters, digits and hyphens, e.g. suites/cifar10-45m.json.',
  });
}

/** Only a suite that `--fit` wrote earlier may be replaced. */
function refuseForeignFile(file: string): void {
  if (!existsSync(file)) return;
  try {
    if (JSON.parse(readFileSync(file, 'utf8')).provenance?.cuts !== undefined) return;
  } catch {
    // Whatever it is, it is not ours.
  }
  throw new SambenchError('flag-invalid', {
    path: '--write',
    problem: 'is a file that --fit did not write',
    value: file,
    fix: 'Choose another name, or remove the file first.',
  });
}

async function write(file: string, source: string, suite: WrittenSuite): Promise<void> {
  const { $schema, ...rest } = suite;
  const text = JSON.stringify({ ...moved($schema, source, file), ...rest }, null, 2);
  try {
    await writeFileAtomic(file, `${text}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SambenchError(
      'disk-failed',
      { file, problem: `cannot be written (${reason})`, fix: 'Choose another folder with --write.' },
      { cause: error },
    );
  }
}

/** The reference to the schema as seen from the new file. */
function moved(schema: string | undefined, source: string, file: string): { $schema?: string } {
  if (schema === undefined) return {};
  if (/^[a-z]+:/i.test(schema) || path.isAbsolute(schema)) return { $schema: schema };
  const target = path.resolve(path.dirname(source), schema);
  const relative = path
    .relative(path.dirname(path.resolve(file)), target)
    .split(path.sep)
    .join('/');
  return { $schema: relative.startsWith('.') ? relative : `./${relative}` };
}

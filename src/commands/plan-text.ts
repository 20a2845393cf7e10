/** The plan of a suite as people read it. */
import { formatDuration } from '../run/estimate.js';
import type { Cell } from '../suite/cell.js';
import { plainNumber } from '../suite/plain.js';
import type { Suite } from '../suite/suite.js';
import { describeChoices } from '../suite/wall-time.js';
import type { PlanData } from './plan.js';
import { textTable } from './text-table.js';

/** Rows of settings that are shown; `--json` has all. */
const mostRows = 60;

/** What is planned, in tables: by arm, then by setting. */
export function planText(plan: PlanData, suite: Suite, cells: readonly Cell[]): string {
  return [
    `${plan.suite}: ${oneLine(plan.title)}`,
    describeSuite(suite),
    '',
    armTable(plan),
    '',
    equality(plan, suite),
    ...plan.trials.map(oneLine),
    '',
    settingTable(plan, cells),
    '',
    ...(plan.skipped.length > 0 ? [`Left out: ${plan.skipped.length} cells (${reasons(plan)}).`] : []),
    `${plan.cells.length} cells, ${plan.finished} finished, ${plan.toRun} to run; ${flops(plan.totalFlops)} in all.`,
    time(plan),
  ].join('\n');
}

/** Text of a suite may hold line breaks and control characters; a terminal should see neither. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

function describeSuite({ data, model, batch, epochs, seeds, threads }: Suite): string {
  const images = `${data.train} + ${data.validation} + ${data.test} images (training, validation, test)`;
  const shownSeeds = seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds`;
  return `${data.name}, ${images}; ${model.name}; batch ${batch.join(', ')}; N = ${epochs.join(', ')}; ${shownSeeds}; ${threads} ${threads === 1 ? 'thread' : 'threads'} a cell`;
}

function armTable({ arms, estimate }: PlanData): string {
  const heads = [
    'arm',
    'cells',
    'finished',
    'epochs',
    'steps',
    'gradient evaluations',
    'FLOPs a cell',
    'FLOPs in all',
  ];
  const step = 'ms a step';
  const rows = arms.map((arm) => [
    oneLine(arm.arm),
    String(arm.cells),
    String(arm.finished),
    arm.epochs.join(', '),
    String(arm.steps),
    String(arm.gradientEvaluations),
    flops(arm.flops),
    flops(arm.totalFlops),
    ...(estimate === null ? [] : [milliseconds(estimate.stepMilliseconds[arm.arm])]),
  ]);
  const all = estimate === null ? heads : [...heads, step];
  return textTable(all, rows, all.slice(1));
}

function milliseconds(value: number | undefined): string {
  if (value === undefined) return '';
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function equality({ arms, equal }: PlanData, { compute: { measured }, compare: { within } }: Suite): string {
  if (measured !== undefined) return `Equal wall time. ${describeChoices(measured)}`;
  if (equal === 'none') return 'Compute is not held equal (compute.equal is "none").';
  const of = equal === 'epochs' ? 'epochs' : 'gradientEvaluations';
  const words = equal === 'epochs' ? 'epochs' : 'gradient evaluations';
  const values = arms
    .filter(({ cells }) => cells > 0)
    .map((arm) => (of === 'epochs' ? Math.max(...arm.epochs) : arm[of]));
  const verb = equal === 'cap' ? 'may take up to' : 'takes';
  return new Set(values).size === 1
    ? `Equal compute: at its largest budget every arm ${verb} ${values[0]} ${words}.`
    : `Equal compute in ${words} holds for each ${['batch size', ...within].join(', ')} and label noise, and only over the whole grid.`;
}

function settingTable({ cells: planned }: PlanData, cells: readonly Cell[]): string {
  const groups = new Map<
    string,
    { cell: Cell; finished: number; failed: number; total: number; seconds: number | null }
  >();
  cells.forEach((cell, index) => {
    const key = cell.id.replace(`-s${plainNumber(cell.seed)}-`, '-s*-');
    const { status, seconds } = planned[index] ?? { status: 'missing', seconds: null };
    const group = groups.get(key) ?? { cell, finished: 0, failed: 0, total: 0, seconds };
    group.total++;
    if (status === 'finished') group.finished++;
    else if (status !== 'missing') group.failed++;
    groups.set(key, group);
  });
  const timed = [...groups.values()].some(({ seconds }) => seconds !== null);
  const heads = [
    'cells',
    'finished',
    'failed',
    'epochs',
    'steps',
    'gradient evaluations',
    ...(timed ? ['time a cell'] : []),
  ];
  const rows = [...groups].map(([key, { cell, finished, failed, total, seconds }]) => [
    key,
    `${finished} of ${total}`,
    String(failed),
    String(cell.budget.epochs),
    String(cell.budget.steps),
    String(cell.budget.gradientEvaluations),
    ...(seconds === null ? [] : [formatDuration(seconds)]),
  ]);
  const table = textTable(heads, rows.slice(0, mostRows), heads.slice(1));
  return rows.length > mostRows ? `${table}\n… and ${rows.length - mostRows} more settings` : table;
}

function reasons({ skipped }: PlanData): string {
  return oneLine([...new Set(skipped.map(({ reason }) => reason))].slice(0, 5).join('; '));
}

/** Operations with a prefix, e.g. `3.91 PFLOP`. */
export function flops(value: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'];
  const power = value < 1 ? 0 : Math.min(prefixes.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${prefixes[power]}FLOP`;
}

function time({ estimate, toRun }: PlanData): string {
  if (toRun === 0) return 'Nothing is left to run.';
  if (estimate === null) return 'Time and memory: unknown, run without --no-calibrate.';
  const { seconds, source, jobs, peakRssBytes } = estimate;
  const from = source === 'calibration' ? 'from a short measurement now' : 'from the finished cells';
  const side = jobs === 1 ? 'one cell at a time' : `${jobs} cells at a time`;
  return `Time: about ${formatDuration(seconds)} with ${side}; memory: about ${(peakRssBytes / 1e9).toFixed(1)} GB (${from}).`;
}

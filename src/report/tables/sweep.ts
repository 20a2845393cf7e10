/** `sweep`: one table for each arm with a numeric axis, that axis down, a second axis across. */
import type { SettingSummary, Summary } from '../summary.js';
import { errorHead, errorOf } from './figure.js';
import { cell, empty, numberColumn, type Table, type TableCell } from './table.js';

/** Two axes of one arm: `down` is numeric, `across` any other, or null where there is none. */
export interface Sweep {
  arm: string;
  down: string;
  across: string | null;
}

/**
 * The sweeps of a summary: for each arm its numeric tuned axis (rho before others; without one, an axis that arms are
 * compared within) and its next axis, or the task.
 */
export function sweepsOf({ suite, arms, axes, settings }: Summary): Sweep[] {
  return arms.flatMap(({ name }) => {
    const own = settings.filter(({ arm }) => arm === name);
    const varied = (axis: string) => new Set(own.map((setting) => setting.axes[axis])).size > 1;
    const numeric = (axis: string) => own.every((setting) => typeof setting.axes[axis] === 'number');
    const tuned = axes.filter(({ name, role }) => role === 'tuned' && varied(name)).map(({ name }) => name);
    tuned.sort((a, b) => Number(b === 'rho') - Number(a === 'rho'));
    const context = axes
      .filter(({ name, role }) => role === 'context' && varied(name))
      .map(({ name }) => name);
    const down = [...tuned, ...context.filter((axis) => isWithin(axis, suite.within))].find(numeric);
    if (down === undefined) return [];
    return [{ arm: name, down, across: [...tuned, ...context].find((axis) => axis !== down) ?? null }];
  });
}

/** Whether arms are compared at equal values of `axis` because the suite's `within` names it. */
export function isWithin(axis: string, within: readonly string[]): boolean {
  return within.some((name) => name === axis || name === `base.${axis}`);
}

/** The tables of all sweeps. Where further axes vary, a cell shows the best of them on validation and the note says so. */
export function sweepTables(summary: Summary): Table[] {
  return sweepsOf(summary).map((sweep, index) => sweepTable(summary, sweep, index));
}

function sweepTable(summary: Summary, { arm, down, across }: Sweep, index: number): Table {
  const own = summary.settings.filter((setting) => setting.arm === arm);
  const rows = valuesOf(own, down);
  const columns = across === null ? [null] : valuesOf(own, across);
  const at = (row: unknown, column: unknown) =>
    own.filter((each) => each.axes[down] === row && (across === null || each.axes[across] === column));
  const crowded = rows.some((row) => columns.some((column) => at(row, column).length > 1));
  const figures = own.flatMap((setting) => errorMean(setting, summary) ?? []);
  const [least, most] = [Math.min(...figures), Math.max(...figures)];
  const shade = (value: number | null) =>
    value === null || most === least ? {} : { heat: (most - value) / (most - least) };
  return {
    name: index === 0 ? 'sweep' : `sweep-${index + 1}`,
    title: across === null ? `${arm}: ${down}` : `${arm}: ${down} by ${across}`,
    caption: `${arm}: ${errorHead(summary.suite.metric)}, mean ± half of the 95 % interval.`,
    columns: [
      numberColumn(down),
      ...columns.map((column) =>
        numberColumn(across === null ? errorHead(summary.suite.metric) : `${across} ${column}`),
      ),
    ],
    rows: rows.map((row) => ({
      arm,
      cells: [
        cell(String(row)),
        ...columns.map((column) => best(at(row, column), summary, across === null ? () => ({}) : shade)),
      ],
    })),
    notes: [
      ...(crowded ? ['Further axes vary: each cell shows their best value on validation.'] : []),
      '‡ chosen on validation.',
    ],
  };
}

/** The distinct values of an axis among settings, numbers in order of size. */
export function valuesOf(
  settings: readonly SettingSummary[],
  axis: string,
): (string | number | boolean | null)[] {
  const values = [...new Set(settings.map((setting) => setting.axes[axis] ?? null))];
  return values.sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0));
}

function best(
  settings: readonly SettingSummary[],
  summary: Summary,
  shade: (value: number | null) => { heat?: number },
): TableCell {
  const score = ({ validationAccuracy }: SettingSummary) => validationAccuracy?.mean ?? -1;
  const [first] = [...settings].sort((a, b) => Number(b.chosen) - Number(a.chosen) || score(b) - score(a));
  if (!first) return empty;
  const text = `${errorOf(first, summary.suite.metric)}${first.chosen ? '‡' : ''}`;
  return { ...cell(text, first.best), ...shade(errorMean(first, summary)) };
}

function errorMean({ testAccuracy, testLoss }: SettingSummary, { suite }: Summary): number | null {
  if (suite.metric === 'loss') return testLoss?.mean ?? null;
  return testAccuracy === null ? null : 1 - testAccuracy.mean;
}

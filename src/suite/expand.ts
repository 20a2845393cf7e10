/** The grid of a suite, one cell for each combination of arm, axes and seed. */
import { findDataSet } from '../data/registry.js';
import type { SettingValue } from '../defaults.js';
import { algorithmVersion } from '../version.js';
import { budgetOf } from './budget.js';
import { canonicalJson, sha256 } from './canonical.js';
import type { Budget, Cell, CellSettings } from './cell.js';
import { settingsAt } from './optimizer-grid.js';
import { plainNumber, slug } from './plain.js';
import { matchingRule } from './skip.js';
import type { Arm, Suite } from './suite.js';
import { type EpochChoice, planEpochs } from './wall-time.js';

/** One axis of an arm; a grid axis where it has several values. */
export interface ArmAxis {
  /** As `skip`, `tune` and `--shrink` name it: epochs, batch, labelNoise, rho, learningRate … */
  name: string;
  values: readonly SettingValue[];
}

/** One setting of an arm, whatever the seed. */
export interface Point {
  arm: string;
  /** The value of every axis, by its name; `epochs` as the suite declares them. */
  axes: Readonly<Record<string, SettingValue>>;
  settings: CellSettings;
  budget: Budget;
}

/** A combination that a skip rule leaves out. */
export interface SkippedCell {
  id: string;
  arm: string;
  seed: number;
  /** Index of the rule in the suite's `skip`. */
  rule: number;
  reason: string;
}

/** An arm with its axes and the number of its cells, the skipped ones not among them. */
export interface ArmPlan {
  name: string;
  axes: readonly ArmAxis[];
  points: readonly Point[];
  cells: number;
}

export interface Grid {
  /** By seed, then arm, then axes: a grid that is partly run has balanced arms. */
  cells: readonly Cell[];
  skipped: readonly SkippedCell[];
  arms: readonly ArmPlan[];
  /** How `compute.equal: "wallTime"` chose epochs, once step times are known; absent in all other suites. */
  epochChoices?: readonly EpochChoice[];
}

/** An arm with its points, each with its id at a seed. */
interface Expanded {
  arm: Arm;
  axes: readonly ArmAxis[];
  points: readonly { point: Point; id: (seed: number) => string }[];
}

/** Expands the grid of a suite. Equal suites give equal cells in equal order. */
export function expandSuite({ suite }: { suite: Suite }): Grid {
  const declared = suite.arms.map((arm): Expanded => {
    const axes = axesOf(suite, arm);
    return withIds(suite, arm, axes, pointsOf(suite, arm, axes));
  });
  const { equal, measured } = suite.compute;
  if (equal !== 'wallTime' || measured === undefined) return assemble(suite, declared);
  const { choices, epochsOf } = planEpochs(assemble(suite, declared).cells, measured.stepTimes);
  const chosen = declared.map(({ arm, axes, points }) => {
    const moved = points.map(({ point }) => withEpochs(point, epochsOf(arm.name, point.settings)));
    return withIds(suite, arm, axes, moved);
  });
  return { ...assemble(suite, chosen), epochChoices: choices };
}

function withIds(suite: Suite, arm: Arm, axes: readonly ArmAxis[], points: readonly Point[]): Expanded {
  return { arm, axes, points: points.map((point) => ({ point, id: idOf(suite, axes, point) })) };
}

function withEpochs(point: Point, epochs: number): Point {
  const settings = { ...point.settings, epochs };
  return { ...point, settings, budget: budgetOf(settings) };
}

/** The cells of all arms for every seed, those that a rule leaves out apart. */
function assemble(suite: Suite, plans: readonly Expanded[]): Grid {
  const cells: Cell[] = [];
  const skipped: SkippedCell[] = [];
  for (const seed of suite.seeds) {
    for (const { arm, points } of plans) {
      for (const { point, id } of points) {
        const rule = matchingRule(suite, { ...point.axes, arm: arm.name, seed });
        const reason = suite.skip[rule]?.reason;
        if (reason !== undefined) {
          skipped.push({ id: id(seed), arm: arm.name, seed, rule, reason });
        } else {
          const { settings, budget } = point;
          cells.push({ suite: suite.name, id: id(seed), arm: arm.name, seed, settings, budget });
        }
      }
    }
  }
  const counts = new Map<string, number>();
  for (const { arm } of cells) counts.set(arm, (counts.get(arm) ?? 0) + 1);
  const arms = plans.map(({ arm, axes, points }) => ({
    name: arm.name,
    axes,
    points: points.map(({ point }) => point),
    cells: counts.get(arm.name) ?? 0,
  }));
  return { cells, skipped, arms };
}

/** Every axis of an arm, those with one value among them. */
export function axesOf(suite: Suite, arm: Arm): ArmAxis[] {
  return [
    ...arm.optimizer.axes.map(({ name, values }) => ({ name, values })),
    { name: 'batch', values: suite.batch },
    { name: 'labelNoise', values: suite.data.labelNoise },
    { name: 'epochs', values: arm.epochs },
  ];
}

/** Number of settings that an arm spans. */
export function countPoints(suite: Suite, arm: Arm): number {
  return axesOf(suite, arm).reduce((product, { values }) => product * values.length, 1);
}

function pointsOf(suite: Suite, arm: Arm, axes: readonly ArmAxis[]): Point[] {
  return combinations(axes.map(({ values }) => values)).map((values) => {
    const named = Object.fromEntries(axes.map(({ name }, index) => [name, values[index] as SettingValue]));
    const { batch, labelNoise, epochs } = named as Record<'batch' | 'labelNoise' | 'epochs', number>;
    const settings: CellSettings = {
      data: { ...suite.data, labelNoise },
      model: suite.model,
      batch,
      epochs,
      schedule: arm.schedule,
      optimizer: settingsAt(arm.optimizer, values.slice(0, arm.optimizer.axes.length)),
      select: arm.select,
      stop: arm.stop,
      ...(arm.average && { average: arm.average }),
      threads: suite.threads,
    };
    return { arm: arm.name, axes: named, settings, budget: budgetOf(settings) };
  });
}

/** Every choice of one value from each list; the last list varies fastest. */
function combinations(lists: readonly (readonly SettingValue[])[]): SettingValue[][] {
  return lists.reduce<SettingValue[][]>(
    (chosen, values) => chosen.flatMap((before) => values.map((value) => [...before, value])),
    [[]],
  );
}

/** Short names of axes in ids. */
const labels: Readonly<Record<string, string>> = { learningRate: 'lr', labelNoise: 'noise', batch: 'b' };

/** The longest readable part of an id: file names must stay below 255 bytes. */
const longest = 160;

/** The id of a point at a seed: arm, rho and the axes with several values, epochs, seed, hash of the setting. */
function idOf(suite: Suite, axes: readonly ArmAxis[], point: Point): (seed: number) => string {
  const shown = axes
    .filter(({ name, values }) => name !== 'epochs' && (name === 'rho' || values.length > 1))
    .map(({ name }) => `-${labels[name] ?? slug(name)}${valueInId(name, point.axes[name])}`);
  const readable = `${slug(point.arm) || 'arm'}${shown.join('')}`.slice(0, longest);
  const epochs = plainNumber(point.settings.epochs);
  const hash = settingHash(point.settings, suite.version);
  return (seed) => `${readable}-e${epochs}-s${plainNumber(seed)}-${hash}`;
}

function valueInId(axis: string, value: SettingValue | undefined): string {
  if (typeof value === 'number') return `${/\d$/.test(axis) ? '_' : ''}${plainNumber(value)}`;
  if (value === null || value === undefined) return '_none';
  return `_${slug(Array.isArray(value) ? value.join('+') : String(value)) || 'none'}`;
}

/**
 * The first 8 hex digits of SHA-256 over all that can change a cell's numbers but its seed: resolved settings, data,
 * suite version, algorithm version.
 */
export function settingHash(settings: CellSettings, suiteVersion: number): string {
  const dataSha256 = findDataSet(settings.data.name)?.sha256;
  return sha256(canonicalJson({ settings, dataSha256, suiteVersion, algorithmVersion })).slice(0, 8);
}

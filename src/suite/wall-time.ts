/** `compute.equal: "wallTime"`: how many epochs each arm gets so that all take the time of the most costly one. */
import { canonicalJson, sha256 } from './canonical.js';
import type { Cell, CellSettings } from './cell.js';
import { oneOfEachKind, stepKind } from './speed.js';

/** Milliseconds of one training step by `wallTimeKind`, as they were measured once for a suite. */
export type StepTimes = Readonly<Record<string, number>>;

/** What a suite of equal wall time knows of this once its steps were timed. */
export interface MeasuredSteps {
  stepTimes: StepTimes;
  /** The processor that they were measured on. */
  machine: string;
  choices: readonly EpochChoice[];
}

/** The epochs that one kind of step of an arm got at its largest budget, and from what. */
export interface EpochChoice {
  arm: string;
  /** What sets this kind of step apart from others of the arm, e.g. `m 16`; empty where there are none. */
  detail: string;
  batch: number;
  /** Hash of what the step costs: see `wallTimeKind`. */
  kind: string;
  /** The largest number of epochs that the suite gives the arm. */
  declared: number;
  /** The largest that it got: as many as fit `seconds`. */
  epochs: number;
  stepMilliseconds: number;
  /** What all arms of this batch size and label noise may take, in training steps alone. */
  seconds: number;
  /** Whether this is the most costly budget, whose time the others get. */
  reference: boolean;
}

/**
 * Equal for cells whose steps are timed as one: 16 hex digits over what `stepKind` names and the kind of average. Cells
 * that differ in rho, rates or seeds alone so get the same epochs, whatever the noise of a measurement.
 */
export function wallTimeKind(settings: CellSettings): string {
  const parts = [stepKind(settings), settings.average?.name ?? null];
  return sha256(canonicalJson(parts)).slice(0, 16);
}

/** One cell for each kind of step, in the order of the grid: what is to be timed. */
export function cellsToTime(cells: readonly Cell[]): Cell[] {
  return oneOfEachKind(cells, wallTimeKind);
}

/** The kinds of `cells` that `times` lacks, each by the first arm that has it. */
export function untimedArms(cells: readonly Cell[], times: StepTimes): string[] {
  const lacking = cellsToTime(cells).filter(({ settings }) => times[wallTimeKind(settings)] === undefined);
  return [...new Set(lacking.map(({ arm }) => arm))];
}

/** The choices for a grid, and what they make of a cell. */
export interface EpochPlan {
  choices: readonly EpochChoice[];
  /** The epochs that a cell with these settings gets in place of those that the suite declares. */
  epochsOf(arm: string, settings: CellSettings): number;
}

/**
 * The epochs of the largest budget of every arm. `cells` have the epochs that the suite declares; those of one batch size
 * and label noise are compared with each other. The arm that takes longest at its largest declared epochs keeps them, so
 * that N belongs to the most costly budget; each other arm gets as many whole epochs as fit that time, never less than
 * it declares. Smaller budgets of an arm stay as they are.
 * @throws TypeError where a step time is missing.
 */
export function planEpochs(cells: readonly Cell[], times: StepTimes): EpochPlan {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = groupOf(cell.settings);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  const chosen = new Map<string, EpochChoice>();
  for (const [key, group] of groups) {
    for (const choice of chooseInGroup(group, times))
      chosen.set(`${key} ${choice.kind} ${choice.arm}`, choice);
  }
  return {
    choices: distinct([...chosen.values()]),
    epochsOf(arm, settings) {
      const choice = chosen.get(`${groupOf(settings)} ${wallTimeKind(settings)} ${arm}`);
      return choice?.declared === settings.epochs ? choice.epochs : settings.epochs;
    },
  };
}

const groupOf = ({ batch, data }: CellSettings) => JSON.stringify([batch, data.labelNoise]);

function chooseInGroup(cells: readonly Cell[], times: StepTimes): EpochChoice[] {
  const most = new Map<string, number>();
  for (const { arm, settings } of cells) most.set(arm, Math.max(most.get(arm) ?? 0, settings.epochs));
  const largest = new Map<
    string,
    { arm: string; kind: string; settings: CellSettings; stepMilliseconds: number }
  >();
  for (const { arm, settings } of cells) {
    if (settings.epochs !== most.get(arm)) continue;
    const kind = wallTimeKind(settings);
    const stepMilliseconds = times[kind];
    if (stepMilliseconds === undefined) throw new TypeError(`the steps of ${arm} were not timed`);
    largest.set(JSON.stringify([arm, kind]), { arm, kind, settings, stepMilliseconds });
  }
  const rows = [...largest.values()].map((row) => ({ ...row, epochSeconds: epochSeconds(row) }));
  const seconds = rows.reduce((longest, row) => Math.max(longest, row.settings.epochs * row.epochSeconds), 0);
  const reference = rows.find((row) => row.settings.epochs * row.epochSeconds === seconds);
  return rows.map((row): EpochChoice => {
    const { arm, kind, settings, stepMilliseconds } = row;
    const siblings = rows.filter((other) => other.arm === arm).map((other) => other.settings);
    const declared = settings.epochs;
    // Rounding must not cost an epoch where the time is an exact multiple.
    const fitting = row.epochSeconds > 0 ? Math.floor(seconds / row.epochSeconds + 1e-9) : declared;
    const epochs = Math.max(declared, fitting);
    const { batch } = settings;
    const detail = detailOf(settings, siblings);
    return {
      arm,
      detail,
      batch,
      kind,
      declared,
      epochs,
      stepMilliseconds,
      seconds,
      reference: row === reference,
    };
  });
}

/** The optimizer's own settings in which kinds of steps of one arm differ. */
function detailOf({ optimizer }: CellSettings, siblings: readonly CellSettings[]): string {
  return Object.entries(optimizer)
    .filter(([name, value]) => name !== 'base' && siblings.some((other) => other.optimizer[name] !== value))
    .filter(([name]) => stepSettings.has(name))
    .map(([name, value]) => `${name} ${value ?? 'the batch'}`)
    .join(', ');
}

/** Settings that change what a step costs; others, such as rho, differ within a kind. */
const stepSettings: ReadonlySet<string> = new Set(['m', 'bn', 'k', 'fraction']);

function epochSeconds({
  settings: { data, batch },
  stepMilliseconds,
}: {
  settings: CellSettings;
  stepMilliseconds: number;
}): number {
  return (Math.floor(data.train / batch) * stepMilliseconds) / 1000;
}

/** Levels of label noise make equal choices. */
function distinct(choices: readonly EpochChoice[]): EpochChoice[] {
  return [...new Map(choices.map((choice) => [canonicalJson(choice), choice])).values()];
}

/** Choices that a sentence names one by one; `wall-time.json` has the step times of all. */
const mostNamed = 8;

/** How the epochs came about, in one sentence for plans and reports. */
export function describeChoices({ choices, machine }: MeasuredSteps): string {
  const batches = new Set(choices.map(({ batch }) => batch)).size;
  const named = choices.slice(0, mostNamed).map((choice) => {
    const { arm, detail, batch, declared, epochs, stepMilliseconds, seconds, reference } = choice;
    const which = [detail, batches > 1 ? `batch ${batch}` : ''].filter(Boolean).join(', ');
    const at = `${arm}${which ? ` (${which})` : ''} ${epochs} epochs`;
    const was = epochs === declared ? '' : ` in place of ${declared}`;
    const step = `${Number(stepMilliseconds.toPrecision(3))} ms a step`;
    return reference
      ? `${at} (the most costly budget, ${Number(seconds.toPrecision(3))} s of ${step})`
      : `${at}${was} (${step})`;
  });
  const more = choices.length > mostNamed ? ` and ${choices.length - mostNamed} more` : '';
  return `Epochs were chosen by measured step times, as many as fit the time of the most costly budget: ${named.join(', ')}${more}. The steps were timed once, on ${machine}.`;
}

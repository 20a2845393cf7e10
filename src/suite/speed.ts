/** How long cells take on this machine: from a short measurement, or from cells that have finished. */
import type { CellResult } from '../results/result.js';
import { gradientEvaluationsPerStep } from './budget.js';
import { canonicalJson } from './canonical.js';
import type { Cell, CellSettings } from './cell.js';

/** What a short measurement gives. */
export interface Calibration {
  /** Seconds of one training step by cell id, with as many processes at work as there will be. */
  secondsPerStep: Readonly<Record<string, number>>;
  /** Peak resident memory of one training process. */
  peakRssBytes: number;
  /** Seconds of a cell apart from its steps and evaluations: process, engine, data, recording. */
  secondsPerCell?: number;
}

/** Measures a few steps of each of these cells, with `jobs` processes at a time. */
export type Calibrate = (cells: readonly Cell[], jobs: number) => Promise<Calibration>;

/** The speed of this machine. */
export interface Speed {
  source: 'calibration' | 'results';
  /** Seconds of one step by `stepKind`. */
  secondsPerStep: ReadonlyMap<string, number>;
  /** Seconds of one floating-point operation, for kinds of steps that were not measured. */
  secondsPerFlop: number;
  secondsPerCell: number;
  peakRssBytes: number;
}

/** Seconds of a cell apart from steps and evaluations where nothing was measured. */
const usualSecondsPerCell = 5;

/** Equal for cells whose steps cost the same: rho, rates, epochs and seeds do not matter. */
export function stepKind({ model, batch, data, threads, optimizer }: CellSettings): string {
  const { name, base, m, bn } = optimizer as {
    name: string;
    base?: { name: string };
    m?: unknown;
    bn?: unknown;
  };
  const evaluations = gradientEvaluationsPerStep(optimizer);
  return canonicalJson({
    model,
    batch,
    data: data.name,
    augment: data.augment,
    threads,
    optimizer: [name, base?.name ?? null, m ?? null, bn ?? null, evaluations],
  });
}

/** One cell for each kind of step, in the order of the cells; `kindOf` tells the kinds apart. */
export function oneOfEachKind(
  cells: readonly Cell[],
  kindOf: (settings: CellSettings) => string = stepKind,
): Cell[] {
  const chosen = new Map<string, Cell>();
  for (const cell of cells) {
    const kind = kindOf(cell.settings);
    if (!chosen.has(kind)) chosen.set(kind, cell);
  }
  return [...chosen.values()];
}

/** The speed that a calibration of `cells` found. */
export function speedOfCalibration(cells: readonly Cell[], calibration: Calibration): Speed {
  const samples = cells.flatMap((cell): Sample[] => {
    const seconds = calibration.secondsPerStep[cell.id];
    return seconds === undefined
      ? []
      : [{ kind: stepKind(cell.settings), seconds, flops: flopsPerStep(cell) }];
  });
  const secondsPerCell = calibration.secondsPerCell ?? usualSecondsPerCell;
  return speedOf('calibration', samples, secondsPerCell, calibration.peakRssBytes);
}

/** The speed that finished cells had, or null where there are none. */
export function speedOfResults(results: readonly CellResult[]): Speed | null {
  const finished = results.filter(({ status, budget }) => status === 'finished' && budget.steps > 0);
  if (finished.length === 0) return null;
  const samples = finished.map(({ settings, budget, time, history }) => {
    // An early stop leaves fewer epochs than were planned.
    const steps = (budget.steps * history.length) / Math.max(1, budget.epochs);
    return {
      kind: stepKind(settings),
      seconds: time.trainSeconds / Math.max(1, steps),
      flops: budget.flops / budget.steps,
    };
  });
  const other = median(finished.map(({ time }) => time.otherSeconds));
  const memory = finished.reduce((most, { memory }) => Math.max(most, memory.peakRssBytes), 0);
  return speedOf('results', samples, other, memory);
}

interface Sample {
  kind: string;
  seconds: number;
  flops: number;
}

function speedOf(
  source: Speed['source'],
  samples: readonly Sample[],
  secondsPerCell: number,
  peakRssBytes: number,
): Speed {
  const byKind = new Map<string, number[]>();
  for (const { kind, seconds } of samples) byKind.set(kind, [...(byKind.get(kind) ?? []), seconds]);
  return {
    source,
    secondsPerStep: new Map([...byKind].map(([kind, seconds]) => [kind, median(seconds)])),
    secondsPerFlop: median(
      samples.filter(({ flops }) => flops > 0).map(({ seconds, flops }) => seconds / flops),
    ),
    secondsPerCell,
    peakRssBytes,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper;
}

function flopsPerStep({ budget }: Cell): number {
  return budget.steps > 0 ? budget.flops / budget.steps : 0;
}

/** Seconds of one step of this cell. */
export function secondsPerStep(cell: Cell, speed: Speed): number {
  return speed.secondsPerStep.get(stepKind(cell.settings)) ?? speed.secondsPerFlop * flopsPerStep(cell);
}

/**
 * Seconds of a whole cell. An evaluated image costs a third of an image's gradient, being the forward pass alone;
 * validation comes every epoch, the test once, and an average of the weights is shown all training images once more.
 */
export function secondsOf(cell: Cell, speed: Speed): number {
  const { data, batch, epochs, optimizer, average } = cell.settings;
  const step = secondsPerStep(cell, speed);
  const perImage = step / (batch * gradientEvaluationsPerStep(optimizer)) / 3;
  const evaluated = epochs * data.validation + data.test + (average ? data.train : 0);
  return cell.budget.steps * step + evaluated * perImage + speed.secondsPerCell;
}

/** Seconds until all of these are done when `jobs` run at a time, each process taking the next in order. */
export function makespan(seconds: readonly number[], jobs: number): number {
  const busyUntil = Array.from({ length: Math.max(1, Math.min(jobs, seconds.length)) }, () => 0);
  for (const duration of seconds) {
    const next = busyUntil.indexOf(Math.min(...busyUntil));
    busyUntil[next] = (busyUntil[next] ?? 0) + duration;
  }
  return Math.max(...busyUntil);
}

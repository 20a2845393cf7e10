/** `sambench plan SUITE`: what would run, what it costs and how long it takes; runs nothing. `--fit` cuts it to a time. */
import path from 'node:path';
import { exitCodes, SambenchError } from '../errors.js';
import type { CellResult, CellStatus } from '../results/result.js';
import { withStepTimes } from '../results/step-times.js';
import { openStore, type ResultStore, wallTimeFile } from '../results/store.js';
import { jobsWithoutMeasuring } from '../run/auto-jobs.js';
import { representatives } from '../run/time-arms.js';
import type { Cell } from '../suite/cell.js';
import { expandSuite, type Grid } from '../suite/expand.js';
import { type LoadedSuite, loadSuite } from '../suite/load.js';
import { selectCells } from '../suite/select-cells.js';
import { type Calibrate, type Speed, secondsOf, secondsPerStep } from '../suite/speed.js';
import type { Suite } from '../suite/suite.js';
import { describeTrials } from '../suite/tuning.js';
import type { EpochChoice } from '../suite/wall-time.js';
import type { CommandResult } from './command-result.js';
import type { SelectionFlags } from './flags.js';
import { planFit } from './plan-fit.js';
import { planText } from './plan-text.js';
import { secondsOfGrid, speedFor } from './plan-time.js';

export interface PlanFlags extends SelectionFlags {
  results: string;
  jobs: number | 'auto';
  /** Measures a few steps; absent with `--no-calibrate`. */
  calibrate?: Calibrate;
  /** Times the steps that a suite of equal wall time chooses its epochs from; absent with `--no-calibrate`. */
  timeSteps?: (suite: Suite, file: string, store: ResultStore) => Promise<Suite>;
  /** A time to cut the suite to, e.g. `45m`. */
  fit?: string;
  /** Where the smaller suite goes. */
  write?: string;
  /** Axes whose lists may shrink, e.g. `rho,labelNoise`. */
  shrink?: string;
}

/** One cell of the plan; `missing` where it has no result yet. */
export interface PlannedCell {
  id: string;
  arm: string;
  seed: number;
  status: CellStatus | 'missing';
  epochs: number;
  steps: number;
  gradientEvaluations: number;
  flops: number;
  /** Seconds that it would take, or null where the speed is unknown. */
  seconds: number | null;
}

/** One arm of the plan. The budget is that of its dearest cell, which is what equal compute is about. */
export interface PlannedArm {
  arm: string;
  cells: number;
  finished: number;
  epochs: number[];
  steps: number;
  gradientEvaluations: number;
  /** Operations of one cell of the largest budget. */
  flops: number;
  /** Operations of all its cells. */
  totalFlops: number;
}

export interface PlanData {
  suite: string;
  file: string;
  title: string;
  equal: Suite['compute']['equal'];
  /** Sentences on unequal numbers of trials in the whole grid; empty where they are equal. */
  trials: string[];
  /** How equal wall time chose the epochs; absent where something else is equal. */
  epochChoices?: readonly EpochChoice[];
  cells: PlannedCell[];
  skipped: { id: string; reason: string }[];
  arms: PlannedArm[];
  finished: number;
  /** Cells without a result. */
  toRun: number;
  totalFlops: number;
  /** Null where the speed of this machine is unknown. */
  estimate: {
    /** Seconds until the missing cells are done and the steps are timed. */
    seconds: number;
    source: Speed['source'];
    jobs: number;
    /** Resident memory of all processes at their peaks together. */
    peakRssBytes: number;
    /** Milliseconds of a step by arm. */
    stepMilliseconds: Record<string, number>;
  } | null;
}

/**
 * The plan of the suite in `file`, or with `--fit` a smaller suite.
 * @throws SambenchError for a bad suite, result file or flag.
 */
export async function plan(file: string, flags: PlanFlags): Promise<CommandResult> {
  const read = loadSuite(file);
  const asked = flags.threads ? { ...read.suite, threads: flags.threads } : read.suite;
  const suite = await withEpochs(asked, file, flags);
  const loaded: LoadedSuite = { ...read, suite };
  const grid = expandSuite({ suite });
  const selected = selectCells(grid.cells, flags);
  const results = await resultsOf(flags.results, suite.name, selected);
  if (flags.fit !== undefined) {
    const jobs = await jobsWithoutMeasuring(flags.jobs, grid.cells);
    const speed = await speedFor(grid.cells, results, jobs, flags.calibrate);
    return planFit(loaded, grid, flags, speed, jobs);
  }
  for (const name of ['write', 'shrink'] as const) {
    if (flags[name] === undefined) continue;
    const fix = 'Add a time, e.g. --fit 45m.';
    throw new SambenchError('flag-invalid', { path: `--${name}`, problem: 'needs --fit', fix });
  }
  const missing = selected.filter(({ id }) => !results.has(id));
  const jobs = await jobsWithoutMeasuring(flags.jobs, missing);
  const speed = await speedFor(missing, results, jobs, flags.calibrate);
  const data = describe({ loaded, grid, selected, missing, results, speed, jobs });
  return { data, text: planText(data, suite, selected), exitCode: exitCodes.done };
}

/** The suite with its epochs known, by the stored step times or those measured now. */
async function withEpochs(suite: Suite, file: string, { results, timeSteps }: PlanFlags): Promise<Suite> {
  const store = openStore(results, suite.name);
  const known = await withStepTimes(suite, store);
  if (known !== null) return known;
  if (timeSteps !== undefined) return timeSteps(suite, file, store);
  throw new SambenchError('flag-invalid', {
    path: '--no-calibrate',
    problem: `leaves the epochs of ${suite.name} open: compute.equal is "wallTime", and ${path.join(store.folder, wallTimeFile)} holds no step times yet`,
    fix: 'Run plan without it, or bench: either times the steps once and stores that.',
  });
}

/** The results that cells have, by id. */
async function resultsOf(
  folder: string,
  suite: string,
  cells: readonly Cell[],
): Promise<Map<string, CellResult>> {
  const store = openStore(folder, suite);
  const results = new Map<string, CellResult>();
  for (const { id } of cells) {
    const result = await store.read(id);
    if (result !== null) results.set(id, result);
  }
  return results;
}

interface Planned {
  loaded: LoadedSuite;
  grid: Grid;
  selected: readonly Cell[];
  missing: readonly Cell[];
  results: ReadonlyMap<string, CellResult>;
  speed: Speed | null;
  jobs: number;
}

function describe({ loaded, grid, selected, missing, results, speed, jobs }: Planned): PlanData {
  const { suite, file } = loaded;
  const cells = selected.map(({ id, arm, seed, budget, ...cell }): PlannedCell => {
    const seconds = speed === null ? null : secondsOf({ id, arm, seed, budget, ...cell }, speed);
    return { id, arm, seed, status: results.get(id)?.status ?? 'missing', ...budget, seconds };
  });
  const isFinished = ({ status }: PlannedCell) => status === 'finished';
  const arms = suite.arms.map(({ name }): PlannedArm => {
    const own = cells.filter(({ arm }) => arm === name);
    const most = (key: 'steps' | 'gradientEvaluations' | 'flops') =>
      own.reduce((largest, cell) => Math.max(largest, cell[key]), 0);
    return {
      arm: name,
      cells: own.length,
      finished: own.filter(isFinished).length,
      epochs: [...new Set(own.map(({ epochs }) => epochs))].sort((left, right) => left - right),
      steps: most('steps'),
      gradientEvaluations: most('gradientEvaluations'),
      flops: most('flops'),
      totalFlops: own.reduce((sum, { flops }) => sum + flops, 0),
    };
  });
  return {
    suite: suite.name,
    file,
    title: suite.title,
    equal: suite.compute.equal,
    trials: describeTrials(suite, grid),
    ...(grid.epochChoices && { epochChoices: grid.epochChoices }),
    cells,
    skipped: grid.skipped.map(({ id, reason }) => ({ id, reason })),
    arms,
    finished: cells.filter(isFinished).length,
    toRun: missing.length,
    totalFlops: cells.reduce((sum, { flops }) => sum + flops, 0),
    estimate:
      speed === null
        ? null
        : {
            seconds: missing.length === 0 ? 0 : secondsOfGrid(suite, missing, grid.cells, speed, jobs),
            source: speed.source,
            jobs,
            peakRssBytes: speed.peakRssBytes * jobs,
            stepMilliseconds: Object.fromEntries(
              representatives(selected).map((cell) => [cell.arm, secondsPerStep(cell, speed) * 1000]),
            ),
          },
  };
}

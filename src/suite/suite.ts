/** A suite with every default filled in: what `load` returns and every later stage reads. */
import { defaults, type SettingValue } from '../defaults.js';
import type {
  AugmentSettings,
  AverageSettings,
  DataSettings,
  ModelSettings,
  ScheduleSettings,
  Selection,
  StopSettings,
} from './cell.js';
import { epochsOf } from './epochs.js';
import { listOf, type OptimizerGrid, resolveOptimizer } from './optimizer-grid.js';
import type { PublishedFigure } from './published.js';
import type { WrittenSuite } from './schema/suite.js';
import type { MeasuredSteps } from './wall-time.js';

export interface Arm {
  name: string;
  /** Epochs, ascending and distinct. */
  epochs: readonly number[];
  optimizer: OptimizerGrid;
  schedule: ScheduleSettings;
  select: Selection;
  stop: StopSettings | null;
  average: AverageSettings | null;
}

/** A rule that leaves combinations out: those whose axes have one of these values each. */
export interface SkipRule {
  when: Readonly<Record<string, readonly SettingValue[]>>;
  reason: string;
}

/** What the largest budgets of all arms must have in common. */
export type EqualCompute = 'gradientEvaluations' | 'epochs' | 'wallTime' | 'cap' | 'none';

export type SharpnessMeasure = 'lambdaMax' | 'trace' | 'rhoCurve' | 'surface';

export interface Suite {
  name: string;
  version: number;
  /** The name where the file gives no title. */
  title: string;
  description: string | null;
  /** Where a suite written by `plan --fit` comes from. */
  provenance: { suite: string; sha256: string; cuts: readonly string[] } | null;
  /** What others printed of such arms. */
  published: readonly PublishedFigure[];
  data: Omit<DataSettings, 'labelNoise'> & { labelNoise: readonly number[] };
  model: ModelSettings;
  batch: readonly number[];
  /** N, the epochs that arms take multiples of. */
  epochs: readonly number[];
  schedule: ScheduleSettings;
  select: Selection;
  stop: StopSettings | null;
  arms: readonly Arm[];
  seeds: readonly number[];
  compute: {
    equal: EqualCompute;
    /** What `wallTime` chooses epochs from; before that was measured, all epochs are as declared. */
    measured?: MeasuredSteps;
  };
  compare: {
    baseline: string;
    candidate: string;
    /** Arms that the candidate is compared with besides. */
    controls: readonly string[];
    /** Axes along which arms are compared like with like: each value is a task of its own. */
    within: readonly string[];
    metric: 'accuracy' | 'loss';
    poolFingerprints: boolean;
  };
  tune: { axes: readonly string[] } | null;
  skip: readonly SkipRule[];
  timing: { rounds: number; steps: number; warmup: number };
  sharpness: { measures: readonly SharpnessMeasure[]; examples: number } | null;
  threads: number;
  gate: { accuracyMargin: number; stepTimeRatio: number; memoryRatio: number; alpha: number };
}

/** Fills in the defaults of a suite that the schema accepts. Epochs may come out fractional: `check` refuses those. */
export function resolveSuite(written: WrittenSuite): Suite {
  const epochs = listOf(written.epochs);
  const schedule = { ...defaults.schedule, ...written.schedule };
  const select = written.select ?? defaults.select;
  const stop = resolveStop(written.stop);
  return {
    name: written.name,
    version: written.version,
    title: written.title ?? written.name,
    description: written.description ?? null,
    provenance: written.provenance ?? null,
    published: written.published ?? [],
    data: {
      name: written.data.name,
      train: written.data.train,
      validation: written.data.validation,
      test: written.data.test,
      labelNoise: listOf(written.data.labelNoise ?? defaults.data.labelNoise),
      augment: { ...defaults.data.augment, ...written.data.augment } satisfies AugmentSettings,
    },
    model: { ...defaults.model[written.model.name], ...written.model } as ModelSettings,
    batch: listOf(written.batch),
    epochs,
    schedule,
    select,
    stop,
    arms: written.arms.map((arm) => {
      const own = arm.schedule ? { ...defaults.schedule, ...arm.schedule } : schedule;
      return {
        name: arm.name,
        epochs: armEpochs(arm.epochs ?? defaults.armEpochs, epochs),
        optimizer: resolveOptimizer(arm.optimizer),
        schedule: own,
        select: arm.select ?? select,
        stop: withCuts(arm.stop ? resolveStop(arm.stop) : stop, own),
        average: (arm.average as AverageSettings | undefined) ?? null,
      };
    }),
    seeds:
      typeof written.seeds === 'number'
        ? Array.from({ length: written.seeds }, (_, index) => index + 1)
        : written.seeds,
    compute: { equal: written.compute?.equal ?? defaults.compute.equal },
    compare: {
      ...written.compare,
      controls: written.compare.controls ?? [],
      within: written.compare.within ?? [],
      metric: written.compare.metric ?? defaults.metric,
      poolFingerprints: written.compare.poolFingerprints ?? defaults.poolFingerprints,
    },
    tune: written.tune ?? null,
    skip: (written.skip ?? []).map(({ when, reason }) => ({
      when: Object.fromEntries(Object.entries(when).map(([axis, value]) => [axis, listOf(value)])),
      reason,
    })),
    timing: { ...defaults.timing, ...written.timing },
    sharpness: written.sharpness ? { ...defaults.sharpness, ...written.sharpness } : null,
    threads: written.threads ?? defaults.threads,
    gate: { ...defaults.gate, ...written.gate },
  };
}

function resolveStop(stop: WrittenSuite['stop']): StopSettings | null {
  if (stop === undefined || Object.keys(stop).length === 0) return null;
  const { earlyStopping, plateau } = stop;
  return {
    ...(earlyStopping && { earlyStopping: { ...defaults.stop.earlyStopping, ...earlyStopping } }),
    ...(plateau && { plateau: { ...defaults.stop.plateau, ...plateau } }),
  };
}

/** A plateau schedule is its cuts: it has the usual ones where the suite names none. */
function withCuts(stop: StopSettings | null, schedule: ScheduleSettings): StopSettings | null {
  return schedule.name === 'plateau' ? { plateau: defaults.stop.plateau, ...stop } : stop;
}

function armEpochs(expressions: number | string | (number | string)[], epochs: readonly number[]): number[] {
  const all = epochs.flatMap((n) => listOf(expressions).map((expression) => epochsOf(expression, n)));
  return [...new Set(all)].sort((left, right) => left - right);
}

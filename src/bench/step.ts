/**
 * Times our own training steps: compiled, eager and naive, each in a process of its own, turn by turn in one run, and
 * beside them the product of two matrices as a measure of what the machine can do.
 */
import { setTimeout } from 'node:timers/promises';
import { median } from '../stats/describe.js';
import { checkedSteps, demandAgreement } from './agree.js';
import { type CheckAnswer, type Contestant, quitAll, startContestant } from './contestant.js';
import { describeMachine, type Machine } from './machine.js';
import { type OperationRow, operationRows } from './operations.js';
import { ownProgram } from './own-program.js';
import type { OwnStep } from './own-step.js';
import { productSize } from './product.js';
import { playRounds, type RoundSettings, type Times } from './rounds.js';
import { summarizeTimes, type TimeRatio, type TimeSummary, timeRatio } from './summarize.js';
import { type BenchOptimizer, benchOptimizers, stepOperations } from './workload.js';

/** The ways in which our step runs, each timed. */
export const stepKinds = ['compiled', 'eager', 'naive'] as const;
/** One of them. */
export type StepKind = (typeof stepKinds)[number];

/** What is timed, and how often. */
export interface StepBenchSettings extends RoundSettings {
  batch: number;
  threads: number;
  kinds: readonly StepKind[];
  optimizers: readonly BenchOptimizer[];
  /** Whether as many steps as were timed are then traced, of each compiled step. */
  operations?: boolean;
}

/** The times of one kind of step with one optimizer. */
export interface StepRow extends TimeSummary {
  kind: StepKind;
  optimizer: BenchOptimizer;
  imagesPerSecond: number;
  /** 10⁹ floating-point operations a second, at the median. */
  gflops: number;
  /** `gflops` as a share of the fastest product. */
  peakShare: number;
  /** `gflops` as a share of the median product at the better thread count: a slow minute is in both alike. */
  medianShare: number;
  /** Peak resident memory of its process; null where the system does not tell. */
  peakRssBytes: number | null;
  /** From the definition of the step to the end of the first one: what compiling costs. */
  firstMilliseconds: number | null;
}

/** The product of two square matrices, at the thread count at which it is fastest. */
export interface ProductPeak {
  size: number;
  threads: number;
  /** At the fastest product of all: nothing was seen to be faster. */
  gflops: number;
  /** At the median product of each thread count. */
  medianGflops: Record<string, number>;
}

/** All that was measured. */
export interface StepBench {
  machine: Machine;
  settings: StepBenchSettings;
  rows: StepRow[];
  peak: ProductPeak;
  /** Share of the peak that the compiled step of the first optimizer reaches; null where it was not timed. */
  peakShare: number | null;
  /** Steps of SAM in steps of Adam, compiled. */
  samOverAdam: TimeRatio | null;
  /** Steps of the other kinds in compiled ones, by optimizer. */
  eagerOverCompiled: Partial<Record<BenchOptimizer, TimeRatio>>;
  naiveOverCompiled: Partial<Record<BenchOptimizer, TimeRatio>>;
  /** Where the time of a compiled step goes, by optimizer; absent where nobody asked. */
  operations?: Partial<Record<BenchOptimizer, OperationRow[]>>;
}

/** Measures; `onProgress` hears what is being done. */
export async function benchStep(
  settings: StepBenchSettings,
  onProgress: (line: string) => void,
): Promise<StepBench> {
  const machine = describeMachine();
  const arms = settings.optimizers.flatMap((optimizer) =>
    settings.kinds
      // Layers know no second gradient at another point: a naive SAM would not be one.
      .filter((kind) => kind !== 'naive' || optimizer === 'adam')
      .map((kind) => ({ name: `${kind} ${optimizer}`, kind, optimizer })),
  );
  const products = [...new Set([1, settings.threads])].map((threads) => ({
    name: `product ${threads}`,
    threads,
  }));
  const running: Contestant[] = [];
  const start = async (name: string, step: OwnStep) => {
    onProgress(`start ${name}`);
    const contestant = await startContestant(ownProgram(name, step));
    running.push(contestant);
    return contestant;
  };
  try {
    const answers = new Map<string, CheckAnswer>();
    for (const { name, kind, optimizer } of arms) {
      const { batch, threads } = settings;
      const contestant = await start(name, { kind, optimizer, batch, threads });
      const answer = await contestant.check(kind === 'naive' ? 1 : checkedSteps);
      answers.set(name, answer);
      const first = arms.find((arm) => arm.optimizer === optimizer)?.name ?? name;
      demandAgreement(name, answer, { name: first, answer: answers.get(first) ?? answer });
    }
    for (const { name, threads } of products) {
      await start(name, { kind: 'product', optimizer: 'adam', batch: settings.batch, threads });
    }
    await setTimeout(500);
    const times = await playRounds(running, settings, (round, name) =>
      onProgress(`round ${round + 1} of ${settings.rounds}: ${name}`),
    );
    const memory = new Map(running.map((contestant) => [contestant.name, contestant.peakRssBytes()]));
    const measured = results(settings, arms, products, { times, answers, memory });
    if (!settings.operations) return { machine, settings, ...measured };
    // Last, as tracing takes time and memory of its own.
    const operations: StepBench['operations'] = {};
    for (const { name, optimizer } of arms.filter(({ kind }) => kind === 'compiled')) {
      onProgress(`trace ${name}`);
      const steps = await running.find((one) => one.name === name)?.trace(settings.rounds * settings.steps);
      operations[optimizer] = operationRows(steps ?? []);
    }
    return { machine, settings, ...measured, operations };
  } finally {
    await quitAll(running);
  }
}

interface Arm {
  name: string;
  kind: StepKind;
  optimizer: BenchOptimizer;
}

interface Measured {
  times: Times;
  answers: ReadonlyMap<string, CheckAnswer>;
  memory: ReadonlyMap<string, number | null>;
}

function results(
  { batch }: StepBenchSettings,
  arms: readonly Arm[],
  products: readonly { name: string; threads: number }[],
  { times, answers, memory }: Measured,
): Omit<StepBench, 'machine' | 'settings'> {
  const peak = productPeak(products, times);
  const rows = arms.map(({ name, kind, optimizer }): StepRow => {
    const summary = summarizeTimes(times.get(name) ?? []);
    const gflops = stepOperations(optimizer, batch) / summary.medianMilliseconds / 1e6;
    return {
      kind,
      optimizer,
      ...summary,
      imagesPerSecond: (1000 * batch) / summary.medianMilliseconds,
      gflops,
      peakShare: gflops / peak.gflops,
      medianShare: gflops / Math.max(...Object.values(peak.medianGflops)),
      peakRssBytes: memory.get(name) ?? null,
      firstMilliseconds: answers.get(name)?.firstMilliseconds ?? null,
    };
  });
  const ratio = (name: string, of: string): TimeRatio | null => {
    const [above, below] = [times.get(name), times.get(of)];
    return above && below ? timeRatio(above, below) : null;
  };
  const overCompiled = (kind: StepKind) =>
    Object.fromEntries(
      benchOptimizers
        .map((optimizer) => [optimizer, ratio(`${kind} ${optimizer}`, `compiled ${optimizer}`)] as const)
        .filter(([, found]) => found !== null),
    );
  return {
    rows,
    peak,
    peakShare: rows.find(({ kind }) => kind === 'compiled')?.peakShare ?? null,
    samOverAdam: ratio('compiled sam', 'compiled adam'),
    eagerOverCompiled: overCompiled('eager'),
    naiveOverCompiled: overCompiled('naive'),
  };
}

function productPeak(products: readonly { name: string; threads: number }[], times: Times): ProductPeak {
  const gflopsAt = (milliseconds: number) => (2 * productSize ** 3) / milliseconds / 1e6;
  const fastest = products
    .map(({ name, threads }) => ({ threads, gflops: gflopsAt(Math.min(...(times.get(name)?.flat() ?? []))) }))
    .reduce((best, next) => (next.gflops > best.gflops ? next : best));
  const medians = products.map(
    ({ name, threads }) => [threads, gflopsAt(median(times.get(name)?.flat() ?? []))] as const,
  );
  return { size: productSize, ...fastest, medianGflops: Object.fromEntries(medians) };
}

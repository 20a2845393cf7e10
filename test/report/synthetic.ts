/** Results that no training made: believable numbers from a seeded stream, for the tests of statistics and reports. */
import type {
  CellResult,
  CellStatus,
  Environment,
  HistoryRow,
  TimingResult,
} from '../../src/results/result.js';
import { stream } from '../../src/stream.js';
import { canonicalJson, sha256 } from '../../src/suite/canonical.js';
import type { Budget, Cell, CellSettings, OptimizerSettings } from '../../src/suite/cell.js';

export const environment: Environment = {
  node: '20.20.2',
  tensorflow: '2.21.0',
  tfjs: '4.22.0',
  os: 'Linux 6.1 x64',
  cpu: 'Example CPU @ 2.10GHz',
  cores: 2,
  threads: 1,
  gpu: null,
  oneDnn: true,
  fingerprint: '0123456789ab',
};

/** One arm of a synthetic grid: its settings, and where its accuracy ends. */
export interface SyntheticArm {
  name: string;
  epochs: number[];
  optimizer: OptimizerSettings;
  gradientsPerStep: number;
  /** Mean test accuracy of the last epoch. */
  accuracy(settings: CellSettings): number;
}

/** A grid of cells over arms, budgets, noise levels and seeds. */
export function cellsOf(
  suite: string,
  arms: readonly (Omit<SyntheticArm, 'optimizer'> & { optimizers: OptimizerSettings[] })[],
  seeds: readonly number[],
  noise: readonly number[] = [0],
): Cell[] {
  const cells: Cell[] = [];
  for (const arm of arms) {
    for (const labelNoise of noise) {
      for (const optimizer of arm.optimizers) {
        for (const epochs of arm.epochs) {
          for (const seed of seeds)
            cells.push(cellOf(suite, arm.name, optimizer, epochs, seed, labelNoise, arm.gradientsPerStep));
        }
      }
    }
  }
  return cells;
}

function cellOf(
  suite: string,
  arm: string,
  optimizer: OptimizerSettings,
  epochs: number,
  seed: number,
  labelNoise: number,
  gradientsPerStep: number,
): Cell {
  const settings: CellSettings = {
    data: {
      name: 'cifar10',
      train: 2048,
      validation: 512,
      test: 2000,
      labelNoise,
      augment: { padCrop: 4, flip: false, brightness: 0.5, cutout: 0 },
    },
    model: { name: 'resnet8' },
    batch: 64,
    epochs,
    schedule: { name: 'cosine', warmupEpochs: 0 },
    optimizer,
    select: 'validation',
    stop: null,
    threads: 1,
  };
  const steps = epochs * 32;
  const gradientEvaluations = steps * gradientsPerStep;
  const budget: Budget = { epochs, steps, gradientEvaluations, flops: gradientEvaluations * 64 * 9e7 };
  const slug = arm.replace(/[^A-Za-z0-9]+/g, '-');
  const rho = typeof optimizer.rho === 'number' ? `-rho${optimizer.rho}` : '';
  const hash = sha256(canonicalJson([settings, arm, seed])).slice(0, 8);
  return { suite, id: `${slug}${rho}-e${epochs}-s${seed}-${hash}`, arm, seed, settings, budget };
}

/** The result of one cell: a smooth curve with noise, ending at `accuracy`. */
export function resultOf(cell: Cell, accuracy: number, status: CellStatus = 'finished'): CellResult {
  const random = stream(cell.seed, 'synthetic', cell.arm, cell.id);
  const { epochs, gradientEvaluations, steps } = cell.budget;
  const luck = stream(cell.seed, 'luck').normal() * 0.006 + random.normal() * 0.005;
  const end = accuracy + luck;
  const perStep = 0.09 * (gradientEvaluations / steps);
  const length = status === 'finished' ? epochs : Math.max(1, Math.floor(epochs / 3));
  const sharp = gradientEvaluations > steps;
  const history: HistoryRow[] = Array.from({ length }, (_, index) => {
    const part = 1 - Math.exp((-4 * (index + 1)) / epochs);
    const wobble = () => random.normal() * 0.012 * (1 - part / 1.1);
    const val = 0.1 + (end - 0.1) * part + wobble();
    const train = 0.1 + (end + 0.06 - 0.1) * part + wobble() / 2;
    return {
      epoch: index + 1,
      trainLoss: Math.max(0.01, 2.3 * (1 - part) + (1 - end) * 1.9 + wobble()),
      trainAccuracy: Math.min(1, Math.max(0, train)),
      valLoss: Math.max(0.01, 2.3 * (1 - part) + (1 - end) * 2.4 + wobble() * 3),
      valAccuracy: Math.min(1, Math.max(0, val)),
      learningRate: 0.0005 * (1 + Math.cos((Math.PI * index) / epochs)),
      gradientNorm: 1.4 - part * 0.6 + wobble(),
      perturbationNorm: sharp ? Number(cell.settings.optimizer.rho ?? 0.05) : null,
      gradientCosine: sharp ? 0.97 - 0.2 * part + wobble() : null,
      perturbedLoss: sharp ? 2.3 * (1 - part) + (1 - end) * 1.9 + 0.08 : null,
      trainSeconds: perStep * (steps / epochs) * (1 + random.uniform() * 0.04),
      evaluationSeconds: 0.6 + random.uniform() * 0.05,
    };
  });
  const total = (field: 'trainSeconds' | 'evaluationSeconds') =>
    history.reduce((sum, row) => sum + row[field], 0);
  const last = history.at(-1);
  return {
    schema: 1,
    suite: cell.suite,
    cell: cell.id,
    arm: cell.arm,
    seed: cell.seed,
    settings: cell.settings,
    status,
    error:
      status === 'finished'
        ? null
        : { code: `cell-${status}`, message: 'the loss was not a number at step 77' },
    budget: cell.budget,
    history,
    final:
      status === 'finished'
        ? {
            selectedEpoch: length,
            validation: { loss: last?.valLoss ?? 0, accuracy: last?.valAccuracy ?? 0 },
            test: {
              loss: (1 - end) * 2.5,
              accuracy: Math.round(Math.min(1, Math.max(0, end)) * 2000) / 2000,
            },
            weightsSha256: sha256(cell.id),
          }
        : null,
    sharpness: {},
    checks: {
      gradientEvaluations: { planned: gradientEvaluations, counted: gradientEvaluations },
      perturbationNorm: sharp
        ? { expected: Number(cell.settings.optimizer.rho ?? 0.05), largestDeviation: 2e-7 }
        : null,
      appliedNorm: sharp ? Number(cell.settings.optimizer.rho ?? 0.05) : null,
      weightsRestored: true,
      statisticsMoves: 1,
      ascentShare: sharp ? 0.98 + 0.01 * random.uniform() : null,
      meanCosine: sharp ? 0.85 + 0.01 * random.normal() : null,
      firstBatchLoss: 2.35 + 0.01 * stream(cell.seed, 'first loss').normal(),
    },
    time: {
      trainSeconds: total('trainSeconds'),
      evaluationSeconds: total('evaluationSeconds'),
      otherSeconds: 1.5,
      inputWaitSeconds: 0.02,
      contended: false,
    },
    memory: { peakRssBytes: 1_050_000_000 + Math.round(random.uniform() * 1e7) },
    provenance: {
      version: '0.1.0',
      gitCommit: '0123456789abcdef0123456789abcdef01234567',
      gitDirty: false,
      suiteSha256: sha256(cell.suite),
      dataSha256: sha256('data'),
      initSha256: sha256(`init ${cell.seed}`),
      firstBatchSha256: sha256(`batch ${cell.seed}`),
      command: `sambench bench suites/${cell.suite}.json`,
    },
    environment,
  };
}

/** The result that the parent writes for a cell whose process died. */
export function failedCell(cell: Cell): CellResult {
  const whole = resultOf(cell, 0.5, 'failed');
  return {
    ...whole,
    error: { code: 'cell-failed', message: 'the process was killed (signal SIGKILL): out of memory' },
    history: [],
    time: { trainSeconds: 0, evaluationSeconds: 0, otherSeconds: 3, inputWaitSeconds: 0, contended: false },
    memory: { peakRssBytes: 0 },
    provenance: { ...whole.provenance, dataSha256: 'unknown', initSha256: null, firstBatchSha256: null },
    environment: { ...environment, tensorflow: 'unknown', tfjs: 'unknown', fingerprint: 'ffffffffffff' },
  };
}

/** A timing phase over the arms of `cells`, `perGradient` milliseconds a gradient. */
export function timingOf(suite: string, cells: readonly Cell[], perGradient = 90): TimingResult {
  const arms = new Map(cells.map((cell) => [cell.arm, cell]));
  return {
    schema: 1,
    suite,
    rounds: 5,
    steps: 10,
    warmup: 3,
    batch: 64,
    arms: [...arms.values()].map((cell) => {
      const random = stream(1, 'timing', cell.arm);
      const center = (perGradient * cell.budget.gradientEvaluations) / cell.budget.steps;
      const samples = Array.from(
        { length: 50 },
        () => center * (1 + 0.02 * random.normal() + 0.06 * random.uniform() ** 6),
      );
      const sorted = [...samples].sort((left, right) => left - right);
      const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
      const variance = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (samples.length - 1);
      return {
        arm: cell.arm,
        cell: cell.id,
        samplesMilliseconds: samples,
        medianMilliseconds: ((sorted[24] ?? 0) + (sorted[25] ?? 0)) / 2,
        meanMilliseconds: mean,
        sdMilliseconds: Math.sqrt(variance),
        imagesPerSecond: 64_000 / mean,
      };
    }),
    environment,
  };
}

const adam: OptimizerSettings = { name: 'adam', learningRate: 0.001 };
const sam = (rho: number): OptimizerSettings => ({ name: 'sam', rho, m: 64, base: adam });

/** The grid of the quickstart: Adam at N and 2N, SAM at N. */
export function quickstart(seeds = [1, 2, 3], noise: number[] = [0], rhos: number[] = [0.05]) {
  const arms = [
    { name: 'adam', epochs: [20, 40], optimizers: [adam], gradientsPerStep: 1, accuracy: () => 0 },
    { name: 'sam', epochs: [20], optimizers: rhos.map(sam), gradientsPerStep: 2, accuracy: () => 0 },
  ];
  const cells = cellsOf('quickstart', arms, seeds, noise);
  const accuracyOf = ({ arm, settings }: Cell) => {
    const drop = settings.data.labelNoise * 0.4;
    if (arm === 'adam') return (settings.epochs === 40 ? 0.552 : 0.531) - drop * 1.5;
    const rho = Number(settings.optimizer.rho);
    return 0.571 - 0.012 * Math.log2(rho / 0.1) ** 2 * 0.5 - drop;
  };
  const results = cells.map((cell) => resultOf(cell, accuracyOf(cell)));
  const suite = {
    name: 'quickstart',
    version: 1,
    title: 'SAM and Adam on CIFAR-10 at equal compute, in minutes',
    compute: { equal: 'gradientEvaluations' as const },
    compare: { baseline: 'adam', candidate: 'sam' },
  };
  return { suite, cells, results, timing: timingOf('quickstart', cells) };
}

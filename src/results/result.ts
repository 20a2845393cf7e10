/**
 * What a finished, diverged or failed cell leaves behind: the contents of one result file, schema 1. It holds all
 * that is needed to judge it, is written once and never edited.
 */
import type { Budget, CellSettings } from '../suite/cell.js';

export type CellStatus = 'finished' | 'diverged' | 'failed' | 'timeout';

/** One epoch. Losses are mean cross-entropies, accuracies fractions; training figures are taken at the weights w
 * before each update (not at the perturbed weights, but for msam, which takes no gradient at w) and averaged over the
 * epoch's steps; what only some steps have is averaged over those. */
export interface HistoryRow {
  epoch: number;
  trainLoss: number;
  trainAccuracy: number;
  /** Null where the cell has no validation images. */
  valLoss: number | null;
  valAccuracy: number | null;
  /** The rate of the epoch's last step. */
  learningRate: number;
  /** Mean L2 norm of the clean gradient over the steps. */
  gradientNorm: number;
  /** Mean L2 norm of w' - w over the steps; null for a base optimizer alone. */
  perturbationNorm: number | null;
  /** Mean cosine between the clean and the perturbed gradient; null for a base optimizer alone. */
  gradientCosine: number | null;
  /** Mean loss at the perturbed weights; null for a base optimizer alone. */
  perturbedLoss: number | null;
  /** Seconds inside training steps, the wait for the next batch included. */
  trainSeconds: number;
  evaluationSeconds: number;
}

export interface Evaluation {
  loss: number;
  accuracy: number;
}

/** The machine and the versions that a result was made with; `fingerprint` is a short hash over all of it. */
export interface Environment {
  node: string;
  tensorflow: string;
  tfjs: string;
  os: string;
  cpu: string;
  cores: number;
  threads: number;
  gpu: string | null;
  oneDnn: boolean;
  fingerprint: string;
}

export interface Provenance {
  /** Version of sambench. */
  version: string;
  gitCommit: string | null;
  gitDirty: boolean | null;
  suiteSha256: string;
  dataSha256: string;
  initSha256: string | null;
  firstBatchSha256: string | null;
  /** Training labels that label noise replaced by another class; absent where the cell left no result of its own. */
  changedLabels?: number;
  /** Whether it ran operation by operation; absent where it ran compiled. */
  eager?: boolean;
  command: string;
}

/** What was checked while the cell trained. A cell in which one of these does not hold fails with `invariant-violated`. */
export interface CellChecks {
  /** Gradients of a whole batch: by the rule's declaration, and as they ran. */
  gradientEvaluations: { planned: number; counted: number };
  /** The L2 norm that the rule declares, and the largest relative deviation of any step and group; null where it declares none. */
  perturbationNorm: { expected: number; largestDeviation: number } | null;
  /** Mean distance from w of the point where the last gradient of a step was taken; 0 shows SAM as the blog published it. */
  appliedNorm: number | null;
  /** Whether updates began, bit for bit, at the weights that their step began with: compared once an epoch. */
  weightsRestored: boolean | null;
  /** How often a step moves the moving statistics: compared at every step; null for a network without any. */
  statisticsMoves: number | null;
  /** Share of the steps in which L(w + e) >= L(w). */
  ascentShare: number | null;
  /** Mean cosine of the gradients at w and at w + e over all steps. */
  meanCosine: number | null;
  /**
   * Training loss of the very first batch, at the first weights; arms of one seed with the same `m` and `bn` share it, bit
   * for bit on one machine. Null for a rule that looks at a part of the batch first, or at other weights.
   */
  firstBatchLoss: number | null;
}

/** One result file. */
export interface CellResult {
  schema: 1;
  suite: string;
  cell: string;
  arm: string;
  seed: number;
  settings: CellSettings;
  status: CellStatus;
  error: { code: string; message: string } | null;
  budget: Budget;
  history: HistoryRow[];
  /** Null unless the cell finished. */
  final: {
    selectedEpoch: number;
    validation: Evaluation | null;
    test: Evaluation;
    weightsSha256: string;
  } | null;
  sharpness: Record<string, unknown>;
  /** Absent where the cell left no result of its own. */
  checks?: CellChecks;
  time: {
    trainSeconds: number;
    evaluationSeconds: number;
    otherSeconds: number;
    /** Seconds of `trainSeconds` in which the engine waited for the next batch. */
    inputWaitSeconds: number;
    /**
     * Share of their time for which the threads of its process were ready and had no processor, since it last went on from
     * a checkpoint; absent where the system does not tell.
     */
    processorWaitShare?: number;
    /** Whether other cells, or much other work, ran beside this one, so that its times are not comparable. */
    contended: boolean;
  };
  memory: { peakRssBytes: number };
  provenance: Provenance;
  environment: Environment;
}

/** The step times of one arm, all samples kept, in milliseconds. */
export interface ArmTiming {
  arm: string;
  /** The cell whose settings were timed. */
  cell: string;
  samplesMilliseconds: number[];
  medianMilliseconds: number;
  meanMilliseconds: number;
  sdMilliseconds: number;
  imagesPerSecond: number;
}

/** `timing.json`: the step-time phase, all arms in one process in seeded balanced rounds with nothing else running. */
export interface TimingResult {
  schema: 1;
  suite: string;
  rounds: number;
  steps: number;
  warmup: number;
  batch: number;
  arms: ArmTiming[];
  environment: Environment;
}

/** The step times of one kind of step: see `wallTimeKind`. */
export interface KindTiming extends Omit<ArmTiming, 'imagesPerSecond'> {
  kind: string;
  batch: number;
}

/** `wall-time.json`: the step times from which a suite of equal wall time chose its epochs, measured once before its cells. */
export interface WallTimeResult {
  schema: 1;
  suite: string;
  /** Version of the suite that they were measured for. */
  version: number;
  rounds: number;
  steps: number;
  warmup: number;
  kinds: KindTiming[];
  environment: Environment;
}

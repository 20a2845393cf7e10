/**
 * What must hold in every cell, whatever its optimizer, and is checked while it trains: how far the weights are
 * perturbed, that the update begins where the step began, that moving statistics move once a step, what was spent.
 */
import { checksumOf } from '../engine/operations/checksum.js';
import type { HostTensor } from '../engine/program.js';
import { SambenchError } from '../errors.js';
import type { CellChecks } from '../results/result.js';
import type { Measures } from './measures.js';
import type { StepReport } from './run-step.js';
import type { TrainingStep } from './step.js';

/** Largest relative deviation of the perturbation's norm from what the rule declares. */
const normTolerance = 1e-4;
/** The same for the point where the gradient is taken: single precision rounds w + e. */
const appliedTolerance = 1e-2;
/** Below this norm a gradient is too short to have a direction in single precision. */
const shortestGradient = 1e-7;
const statisticsTolerance = 1e-5;

/** What the checks have seen so far; plain data, so that a checkpoint can hold it. */
export interface CheckSums {
  largestDeviation: number | null;
  applied: Sum;
  ascents: Sum;
  cosines: Sum;
  firstBatchLoss: number | null;
  /** Steps in which weights and statistics were compared on the host. */
  compared: number;
}

interface Sum {
  count: number;
  total: number;
}

/** Before the first step. */
export function freshChecks(): CheckSums {
  const none = () => ({ count: 0, total: 0 });
  return {
    largestDeviation: null,
    applied: none(),
    ascents: none(),
    cosines: none(),
    firstBatchLoss: null,
    compared: 0,
  };
}

/**
 * Adds step `number`, from 0, to `sums`.
 * @throws SambenchError `invariant-violated` where the weights were not perturbed as far as the rule declares.
 */
export function checkMeasures(sums: CheckSums, step: TrainingStep, number: number, measures: Measures): void {
  const { loss, appliedNorm, ascended, gradientCosine } = measures;
  // A rule that shows its first gradient a part of the batch has no loss of the whole batch.
  const seesAll = Number.isInteger(step.countedEvaluations(step.kindOf(number)));
  if (number === 0 && seesAll) sums.firstBatchLoss = loss;
  add(sums.applied, appliedNorm);
  add(sums.ascents, ascended);
  add(sums.cosines, gradientCosine);
  checkNorm(sums, step, number, measures);
}

function checkNorm(sums: CheckSums, step: TrainingStep, number: number, measures: Measures): void {
  const { perturbationNorm, appliedNorm, gradientNorm } = measures;
  const expected = step.perturbationNorm(number);
  // What is not finite shows as a divergence in the next loss.
  const measured = Number.isFinite(perturbationNorm) && Number.isFinite(gradientNorm);
  if (expected === null || !measured || gradientNorm < shortestGradient) return;
  const deviation = relative(perturbationNorm, expected);
  sums.largestDeviation = Math.max(sums.largestDeviation ?? 0, deviation);
  if (deviation > normTolerance) {
    violated('the perturbation of the weights is not as long as the optimizer says', {
      step: number,
      expected,
      measured: perturbationNorm,
    });
  }
  const applied = step.appliesPerturbation ? expected : 0;
  if (relative(appliedNorm, applied) > appliedTolerance && expected >= 1e-4) {
    violated('the last gradient of a step was not taken where the optimizer says', {
      step: number,
      expected: applied,
      measured: appliedNorm,
    });
  }
}

/** Weights and moving statistics of a program, before or after a step. */
export type ProgramState = Readonly<Record<string, HostTensor>>;

/**
 * Compares the state `before` and `after` a step with what the step told.
 * @throws SambenchError `invariant-violated` where the update did not begin at the very weights that the step began with,
 * or the moving statistics did not move once.
 */
export function checkState(
  sums: CheckSums,
  step: TrainingStep,
  before: ProgramState,
  after: ProgramState,
  { updatedFrom, statistics }: Pick<StepReport, 'updatedFrom' | 'statistics'>,
): void {
  const expected = checksumOf(floats(before.parameters));
  if (expected[0] !== updatedFrom[0] || expected[1] !== updatedFrom[1])
    violated('the weights were not restored after the perturbation');
  if (before.statistics && after.statistics) {
    const largest = largestOffset(
      floats(before.statistics),
      floats(after.statistics),
      step.movesStatistics ? statistics : null,
      step.statisticsMomentum,
    );
    if (!(largest <= (step.movesStatistics ? statisticsTolerance : 0))) {
      const times = step.movesStatistics ? 'once' : 'never';
      violated(`the moving statistics should move ${times} a step`, { offBy: largest });
    }
  }
  sums.compared += 1;
}

/**
 * The checks of a whole cell after `steps` steps in which `counted` gradient evaluations ran.
 * @throws SambenchError `invariant-violated` where these are not those of the plan.
 */
export function checksOf(sums: CheckSums, step: TrainingStep, steps: number, counted: number): CellChecks {
  const planned = step.evaluationsOf(steps);
  if (Math.abs(planned - counted) > 1e-6 * Math.max(1, planned))
    violated('the cell took other gradients than planned', { steps, planned, counted });
  const expected = step.perturbationNorm(step.cycle === 1 ? 1 : 0);
  return {
    gradientEvaluations: { planned, counted },
    perturbationNorm:
      expected === null || sums.largestDeviation === null
        ? null
        : { expected, largestDeviation: sums.largestDeviation },
    appliedNorm: mean(sums.applied),
    weightsRestored: sums.compared > 0 ? true : null,
    statisticsMoves:
      sums.compared === 0 || step.layout.statistics.length === 0 ? null : Number(step.movesStatistics),
    ascentShare: mean(sums.ascents),
    meanCosine: mean(sums.cosines),
    firstBatchLoss: sums.firstBatchLoss,
  };
}

function violated(problem: string, value?: unknown): never {
  throw new SambenchError('invariant-violated', {
    problem,
    ...(value === undefined ? {} : { value }),
    fix: 'This is a mistake of sambench or of the rule, not of the suite: its numbers cannot be trusted.',
  });
}

/** Largest distance of a statistic from where one move takes it, relative above 1; `batch` null is no move at all. */
function largestOffset(
  before: Float32Array,
  after: Float32Array,
  batch: Float32Array | null,
  momentum: number,
): number {
  let largest = 0;
  before.forEach((value, at) => {
    const expected = batch ? momentum * value + (1 - momentum) * (batch[at] ?? Number.NaN) : value;
    const offset = Math.abs((after[at] ?? Number.NaN) - expected) / Math.max(1, Math.abs(expected));
    if (!(offset <= largest)) largest = offset;
  });
  return largest;
}

function floats(tensor: HostTensor | undefined): Float32Array {
  if (!(tensor?.values instanceof Float32Array)) throw new TypeError('the state has no such vector');
  return tensor.values;
}

function relative(measured: number, expected: number): number {
  return Math.abs(measured - expected) / (expected === 0 ? 1 : expected);
}

function add(sum: Sum, value: number): void {
  if (!Number.isFinite(value)) return;
  sum.count += 1;
  sum.total += value;
}

function mean({ count, total }: Sum): number | null {
  return count > 0 ? total / count : null;
}

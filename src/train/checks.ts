/**
 * What must hold in every cell, whatever its optimizer, and is checked while it trains: how far the weights are
 * perturbed, that the update begins where the step began, that moving statistics move once a step, what was spent.
 */
import { checksumOf } from '../engine/operations/checksum.js';
import type { HostTensor } from '../engine/program.js';
import type { CellChecks } from '../results/result.js';
import { appliedNormTolerance, relativeDeviation, tolerances } from '../results/tolerances.js';
import type { Measures } from './measures.js';
import type { StepReport } from './run-step.js';
import type { TrainingStep } from './step.js';
import { violated } from './violation.js';

/** What the checks have seen so far; plain data, so that a checkpoint can hold it. */
export interface CheckSums {
  largestDeviation: number | null;
  applied: Sum;
  ascents: Sum;
  cosines: Sum;
  firstBatchLoss: number | null;
  /** Steps in which weights were compared on the host. */
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
export function checkMeasures(
  sums: CheckSums,
  step: TrainingStep,
  number: number,
  { measures, groups }: Pick<StepReport, 'measures' | 'groups'>,
): void {
  const { loss, appliedNorm, ascended, gradientCosine } = measures;
  if (number === 0 && tellsFirstLoss(step, measures)) sums.firstBatchLoss = loss;
  add(sums.applied, appliedNorm);
  add(sums.ascents, ascended);
  add(sums.cosines, gradientCosine);
  groups.forEach((own, group) => {
    checkNorm(sums, step, groups.length > 1 ? { step: number, group } : { step: number }, own);
  });
}

/** Whether the first step told the loss of the whole batch at the first weights, where each rule's first gradient should be. */
function tellsFirstLoss(step: TrainingStep, { appliedNorm }: Measures): boolean {
  const lossOf = step.lossOf(step.kindOf(0));
  return lossOf?.images === 'all' && (lossOf.weights === 'w' || appliedNorm === 0);
}

function checkNorm(
  sums: CheckSums,
  step: TrainingStep,
  place: { step: number; group?: number },
  { perturbationNorm, appliedNorm, gradientNorm }: Measures,
): void {
  const expected = step.perturbationNorm(place.step);
  // A gradient that is not finite shows as a divergence in the next loss.
  if (expected === null || !Number.isFinite(gradientNorm) || gradientNorm < tolerances.shortestGradient)
    return;
  const deviation = relativeDeviation(perturbationNorm, expected);
  sums.largestDeviation = Math.max(sums.largestDeviation ?? 0, deviation);
  // Written so that a norm that is not told, and so is not a number, fails as well.
  if (!(deviation <= tolerances.perturbationNorm)) {
    violated('the perturbation of the weights is not as long as the optimizer says', {
      ...place,
      expected,
      measured: perturbationNorm,
    });
  }
  if (expected < tolerances.shortestPerturbation) return;
  const applied = step.appliesPerturbation ? expected : 0;
  if (!(relativeDeviation(appliedNorm, applied) <= appliedNormTolerance(expected))) {
    violated('the last gradient of a step was not taken where the optimizer says', {
      ...place,
      expected: applied,
      measured: appliedNorm,
    });
  }
}

/**
 * Compares the weights `before` a step with those that the step told its update began at.
 * @throws SambenchError `invariant-violated` where one bit of them is another.
 */
export function checkRestored(
  sums: CheckSums,
  before: HostTensor | undefined,
  { updatedFrom }: Pick<StepReport, 'updatedFrom'>,
): void {
  if (!(before?.values instanceof Float32Array)) throw new TypeError('the state has no weights');
  const expected = checksumOf(before.values);
  if (expected[0] !== updatedFrom[0] || expected[1] !== updatedFrom[1])
    violated('the weights were not restored after the perturbation');
  sums.compared += 1;
}

/**
 * The checks of a whole cell after `steps` steps in which `counted` gradient evaluations ran.
 * @throws SambenchError `invariant-violated` where these are not those of the plan.
 */
export function checksOf(sums: CheckSums, step: TrainingStep, steps: number, counted: number): CellChecks {
  const planned = step.evaluationsOf(steps);
  if (!(relativeDeviation(counted, planned) <= tolerances.gradientEvaluations))
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

function add(sum: Sum, value: number): void {
  if (!Number.isFinite(value)) return;
  sum.count += 1;
  sum.total += value;
}

function mean({ count, total }: Sum): number | null {
  return count > 0 ? total / count : null;
}

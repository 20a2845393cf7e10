/** Whether contestants do equal work: the losses of their first steps, from the same weights on the same batch. */
import { SambenchError } from '../errors.js';
import type { CheckAnswer } from './contestant.js';

/** Steps whose losses are compared. */
export const checkedSteps = 2;

/**
 * Relative tolerances. The first loss differs by rounding only. In the second pass of SAM, and after an update, a few
 * ReLU inputs near zero fall on the other side, and each changes the gradient by a finite amount.
 */
const tolerances = { first: 1e-4, perturbed: 2e-4, later: 1e-3 };

/** The largest relative difference of each kind of loss, or null where there is none to compare. */
export interface Agreement {
  first: number;
  perturbed: number | null;
  later: number | null;
}

/**
 * Compares a contestant with the one that all are compared with.
 * @throws SambenchError `invariant-violated` beyond the tolerances.
 */
export function demandAgreement(
  name: string,
  answer: CheckAnswer,
  reference: { name: string; answer: CheckAnswer },
): Agreement {
  const difference = (own: number | null | undefined, other: number | null | undefined): number | null => {
    if (typeof own !== 'number' && typeof other !== 'number') return null;
    const relative = Math.abs(Number(own) - Number(other)) / Math.abs(Number(other));
    return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
  };
  const [first, ...later] = answer.losses.map((loss, step) =>
    difference(loss, reference.answer.losses[step]),
  );
  const found = {
    first: first ?? Number.POSITIVE_INFINITY,
    perturbed: difference(answer.perturbedLosses[0], reference.answer.perturbedLosses[0]),
    later: later.length > 0 ? Math.max(...later.map(Number)) : null,
  };
  for (const kind of ['first', 'perturbed', 'later'] as const) {
    if ((found[kind] ?? 0) <= tolerances[kind]) continue;
    throw new SambenchError('invariant-violated', {
      problem:
        `${name} does not compute the same step as ${reference.name}: its losses ${listed(answer)} differ from ` +
        `${listed(reference.answer)} by more than ${tolerances[kind]} (${kind})`,
      fix: 'Nothing was timed, as the comparison would not be of equal work',
    });
  }
  return found;
}

function listed({ losses, perturbedLosses }: CheckAnswer): string {
  const all = [...losses, ...perturbedLosses.filter((loss) => loss !== null)];
  return `[${all.map((loss) => Number(loss).toPrecision(8)).join(', ')}]`;
}

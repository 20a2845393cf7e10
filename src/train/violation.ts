/** The error of a cell in which something does not hold that holds whatever its settings are. */
import { SambenchError } from '../errors.js';

/** Throws `invariant-violated`: the cell then ends as failed, with `problem` and the numbers in `value` as its reason. */
export function violated(problem: string, value?: unknown): never {
  throw new SambenchError('invariant-violated', {
    problem,
    ...(value === undefined ? {} : { value }),
    fix: 'The mistake is in sambench or in the rule of the optimizer, not in the suite: correct the rule, or report this with the suite and the id of the cell.',
  });
}

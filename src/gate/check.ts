/** One check of the gate: what was looked at, what was found, and what that means for the verdict. */

/** What a check is about. */
export type CheckKind = 'cells' | 'accuracy' | 'weights' | 'step time' | 'relative step time' | 'memory';

/** What was found, in one word or two. */
export type Finding =
  | 'complete'
  | 'incomplete'
  | 'regression'
  | 'equivalent'
  | 'improved'
  | 'inconclusive'
  | 'identical'
  | 'numbers changed'
  | 'within limit'
  | 'skipped';

/** A number with its interval; bounds are null where the data give none. */
export interface Effect {
  value: number;
  low: number | null;
  high: number | null;
  /** Percentage points of accuracy, or the new value over the old. */
  unit: 'points' | 'ratio';
  /** The margin in points, or the largest ratio that is no regression. */
  limit: number;
}

export interface Check {
  kind: CheckKind;
  /** The setting or arm that it is about; the suite for `cells`. */
  subject: string;
  finding: Finding;
  /** `incomplete` ends in exit code 3, `fail` in 1. */
  verdict: 'pass' | 'fail' | 'incomplete' | 'skip';
  /** Pairs of cells, or rounds of step times. */
  n: number;
  effect: Effect | null;
  /** p after Holm's correction over all settings; for accuracy alone. */
  p: number | null;
  /** One sentence. */
  reason: string;
  /** The cells concerned, one a line. */
  details: readonly string[];
}

/** A check with nothing in it but what `parts` give. */
export function check(
  parts: Pick<Check, 'kind' | 'subject' | 'finding' | 'verdict' | 'reason'> & Partial<Check>,
): Check {
  return { n: 0, effect: null, p: null, details: [], ...parts };
}

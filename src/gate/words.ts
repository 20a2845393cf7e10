/** What a report of the gate says in words and numbers, the same in every format. */
import { decimal } from '../report/number.js';
import type { Check, Effect } from './check.js';
import type { GateReport } from './judge.js';

/** `−2.00 points [−2.31, −1.69]`, `1.30× [1.28, 1.33]`, or nothing. */
export function effectText(effect: Effect | null): string {
  if (effect === null) return '';
  const { value, low, high, unit } = effect;
  const digits = unit === 'points' ? 2 : 3;
  const sign = unit === 'points' && value > 0 ? '+' : '';
  const bounds = low === null || high === null ? '' : ` [${decimal(low, digits)}, ${decimal(high, digits)}]`;
  return `${sign}${decimal(value, digits)}${unit === 'points' ? ' points' : '×'}${bounds}`;
}

/** `±0.50 points`, `≤1.15×`, or nothing. */
export function limitText(effect: Effect | null): string {
  if (effect === null) return '';
  return effect.unit === 'points' ? `±${decimal(effect.limit, 2)} points` : `≤${decimal(effect.limit, 2)}×`;
}

/** The sentence that comes first. */
export function headline({ suite, verdict, checks }: GateReport): string {
  const failed = checks.filter((each) => each.verdict === 'fail');
  const open = checks.filter(({ finding }) => finding === 'inconclusive').length;
  const unsure = open > 0 ? ` ${open} of ${checks.length} checks cannot tell.` : '';
  if (verdict === 'regression') {
    const first = failed[0];
    const more = failed.length > 1 ? ` and ${failed.length - 1} more` : '';
    return `${suite}: regression in ${first?.kind ?? ''} of ${first?.subject ?? ''}${more}.${unsure}`;
  }
  if (verdict === 'incomplete') return `${suite}: the comparison is incomplete.${unsure}`;
  return `${suite}: no regression.${unsure}`;
}

/** Checks in the order in which one reads them: what fails, what is incomplete, what cannot tell, the rest. */
export function byUrgency(checks: readonly Check[]): Check[] {
  const rank = ({ verdict, finding }: Check) =>
    verdict === 'fail' ? 0 : verdict === 'incomplete' ? 1 : finding === 'inconclusive' ? 2 : 3;
  return [...checks].sort((left, right) => rank(left) - rank(right));
}

/** At most `most` of the lines, then how many more there are. */
export function shorten(lines: readonly string[], most = 20): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most), `and ${lines.length - most} more`];
}

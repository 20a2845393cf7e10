/** Correction for asking several questions of the same data. */
import padjust from '@stdlib/stats-padjust';

/** Holm's step-down correction of a family of p-values (Scand. J. Stat. 6 (1979) 65-70), in the order given. */
export function holm(pValues: readonly number[]): number[] {
  return pValues.length === 0 ? [] : padjust([...pValues], 'holm');
}

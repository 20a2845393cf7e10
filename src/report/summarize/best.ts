/** Which row of a table is set in bold: the best one, when it is beyond doubt. */
import type { SettingSummary } from '../summary.js';
import { bestBy } from './choose.js';
import { compareSettings, excludesZero } from './comparisons.js';

/**
 * The ids of the settings that are best in their context, of those that their arms chose without looking at test figures:
 * the best mean of all, whose paired interval against every other arm's excludes zero. None where an arm is alone.
 */
export function bestSettings(settings: readonly SettingSummary[], metric: 'accuracy' | 'loss'): Set<string> {
  const figure = metric === 'accuracy' ? 'testAccuracy' : 'testLoss';
  const best = new Set<string>();
  for (const context of new Set(settings.map((setting) => setting.context))) {
    const here = settings.filter((setting) => setting.context === context && setting[figure] !== null);
    const first = bestBy(here, figure);
    const rivals = [...new Set(here.map(({ arm }) => arm))]
      .filter((arm) => arm !== first?.arm)
      .map((arm) =>
        bestBy(
          here.filter((setting) => setting.arm === arm),
          figure,
        ),
      );
    if (!first || rivals.length === 0) continue;
    const beyondDoubt = rivals.every((rival) => {
      const comparison = rival && compareSettings('other', first, rival, metric);
      return comparison !== null && excludesZero(comparison);
    });
    if (beyondDoubt) best.add(first.id);
  }
  return best;
}

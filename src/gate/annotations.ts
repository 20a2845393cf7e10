/** The findings that need attention as GitHub workflow commands: they show beside the run and on the pull request. */
import { annotationProperty, annotationText, printable } from './escape.js';
import type { GateReport } from './judge.js';
import { byUrgency, effectText, shorten } from './words.js';

/** GitHub shows ten annotations of a kind for one step; the rest would be lost unseen. */
const most = 10;

/** One line for each finding that fails or cannot tell, the worst first. */
export function annotations({ checks, suite }: GateReport): string[] {
  return byUrgency(checks)
    .filter(
      ({ finding, verdict }) => verdict === 'fail' || verdict === 'incomplete' || finding === 'inconclusive',
    )
    .slice(0, most)
    .map(({ kind, subject, verdict, reason, effect, details }) => {
      const level = verdict === 'pass' ? 'warning' : 'error';
      const title = annotationProperty(printable(`sambench gate ${suite}: ${kind} of ${subject}`));
      const text = [reason, effectText(effect), ...shorten(details, 5)]
        .filter(Boolean)
        .map(printable)
        .join('\n');
      return `::${level} title=${title}::${annotationText(text)}`;
    });
}

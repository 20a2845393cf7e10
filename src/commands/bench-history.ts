/** What `bench` adds to the history: one line for each arm, of the setting that stands for it. */
import type { SettingSummary, Summary } from '../report/summary.js';
import type { HistoryLine } from '../results/history.js';

/** The lines of a run that ended at `date`; an arm without a finished cell has none. */
export function historyLines({ suite, settings }: Summary, date: Date): HistoryLine[] {
  return settings.flatMap((setting) => {
    const { chosen, arm, id, testAccuracy, stepMilliseconds, peakRssBytes } = setting;
    const fingerprint = mostCommon(setting, 'fingerprint');
    if (!chosen || testAccuracy === null || fingerprint === null) return [];
    const { n, mean, low, high } = testAccuracy;
    return {
      schema: 1,
      date: date.toISOString(),
      commit: mostCommon(setting, 'gitCommit'),
      fingerprint,
      suite: suite.name,
      version: suite.version,
      arm,
      setting: id,
      n,
      accuracy: { mean, low, high },
      stepMilliseconds,
      peakRssBytes,
    };
  });
}

function mostCommon({ seeds }: SettingSummary, field: 'fingerprint' | 'gitCommit'): string | null {
  const counts = new Map<string, number>();
  for (const seed of seeds) {
    const value = seed[field];
    if (seed.status === 'finished' && value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0] ?? null;
}

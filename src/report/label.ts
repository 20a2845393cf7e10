/** How a setting is called in tables and charts. */
import type { SettingSummary, Summary } from './summary.js';

/** The task and the setting: `labelNoise 0.4: sam, rho 0.05`; the task is left out where there is but one. */
export function labelOf(setting: SettingSummary, summary: Summary): string {
  return summary.contexts.length > 1 ? `${setting.context}: ${setting.label}` : setting.label;
}

/** How a setting is called in tables and charts. */
import type { SettingSummary, Summary } from './summary.js';

/** The task and the setting: `labelNoise 0.4: sam, rho 0.05`; the task is left out where there is but one. */
export function labelOf(setting: SettingSummary, summary: Summary): string {
  return summary.contexts.length > 1 ? `${setting.context}: ${setting.label}` : setting.label;
}

/** The name of a setting within a sentence, where lists have commas of their own: `sam (rho 0.05)`, with its task if `task`. */
export function nameInText(
  { arm, label, context }: { arm: string; label: string; context: string },
  task: boolean,
): string {
  const rest = [task ? context : '', label.slice(arm.length).replace(/^, /, '')].filter(Boolean);
  return rest.length > 0 ? `${arm} (${rest.join(', ')})` : arm;
}

/** `a, b and c`. */
export function inWords(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last;
}

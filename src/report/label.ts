/** How a setting is called in tables and charts. */
import type { SettingSummary, Summary } from './summary.js';

/** The arm with its axis values and, where arms have several budgets, its epochs: `sam, rho 0.05, 40 epochs`. */
export function labelOf(setting: SettingSummary, summary: Summary): string {
  const parts = [setting.arm];
  for (const { name } of summary.axes) {
    const value = setting.axes[name];
    if (value !== null && value !== undefined) parts.push(`${name} ${value}`);
  }
  const budgets = new Set(
    summary.settings.filter(({ arm }) => arm === setting.arm).map(({ epochs }) => epochs),
  );
  if (budgets.size > 1) parts.push(`${setting.epochs} epochs`);
  return parts.join(', ');
}

/** Place of each label among the series of a chart. */
export function seriesScale(labels: readonly string[], range: readonly unknown[]) {
  return { domain: labels, range: labels.map((_, index) => range[index % range.length]) };
}

/** Which setting stands for an arm in comparisons: the one that does best on validation, never on test if it can be helped. */
import type { Choice, SettingSummary } from '../summary.js';
import type { Axis } from './axes.js';

/**
 * Chooses one setting of each arm in each context, by mean validation accuracy (or loss, where that is the metric)
 * over seeds: settings with less than half as many finished seeds as the arm's best covered one do not stand. Equal
 * means go to the smaller budget. Without validation figures it falls to the largest budget, and among several of that
 * to the test figure, which is marked.
 */
export function chooseSettings(
  settings: readonly SettingSummary[],
  axes: readonly Axis[],
  metric: 'accuracy' | 'loss',
): Choice[] {
  const families = new Map<string, SettingSummary[]>();
  for (const setting of settings) {
    const key = JSON.stringify([setting.context, setting.arm]);
    families.set(key, [...(families.get(key) ?? []), setting]);
  }
  return [...families.values()].flatMap((family) => {
    const choice = chooseAmong(family, metric);
    return choice ? [{ ...choice, edges: edgesOf(choice.setting, family, axes) }] : [];
  });
}

function chooseAmong(
  family: readonly SettingSummary[],
  metric: 'accuracy' | 'loss',
): Omit<Choice, 'edges'> | null {
  const first = family[0];
  if (!first) return null;
  const made = { context: first.context, arm: first.arm, candidates: family.length };
  if (family.length === 1) return { ...made, setting: first.id, by: 'only' };
  const covered = Math.max(...family.map(({ testAccuracy }) => testAccuracy?.n ?? 0));
  if (covered === 0) return { ...made, setting: largest(family)[0]?.id ?? first.id, by: 'budget' };
  const standing = family.filter(({ testAccuracy }) => (testAccuracy?.n ?? 0) * 2 >= covered);
  const validation = metric === 'accuracy' ? 'validationAccuracy' : 'validationLoss';
  const test = metric === 'accuracy' ? 'testAccuracy' : 'testLoss';
  if (standing.every((setting) => setting[validation] !== null)) {
    return { ...made, setting: bestBy(standing, validation)?.id ?? first.id, by: 'validation' };
  }
  const large = largest(standing);
  if (large.length === 1) return { ...made, setting: large[0]?.id ?? first.id, by: 'budget' };
  return { ...made, setting: bestBy(large, test)?.id ?? first.id, by: 'test' };
}

type Figure = 'validationAccuracy' | 'validationLoss' | 'testAccuracy' | 'testLoss';

/** The setting with the best mean of `figure`; of equal ones that of the smaller budget. */
export function bestBy(settings: readonly SettingSummary[], figure: Figure): SettingSummary | null {
  const sign = figure.endsWith('Loss') ? -1 : 1;
  const score = (setting: SettingSummary) => {
    const value = setting[figure];
    return value === null ? Number.NEGATIVE_INFINITY : sign * value.mean;
  };
  const ranked = [...settings].sort(
    (left, right) => score(right) - score(left) || left.gradientEvaluations - right.gradientEvaluations,
  );
  return ranked[0] ?? null;
}

function largest(family: readonly SettingSummary[]): SettingSummary[] {
  const most = Math.max(...family.map(({ gradientEvaluations }) => gradientEvaluations));
  return family.filter(({ gradientEvaluations }) => gradientEvaluations === most);
}

// A best value at the end of its list says that a better one may lie beyond.
function edgesOf(id: string, family: readonly SettingSummary[], axes: readonly Axis[]): string[] {
  const chosen = family.find((setting) => setting.id === id);
  return axes.flatMap(({ name, role }) => {
    const value = chosen?.axes[name];
    if (role !== 'tuned' || typeof value !== 'number') return [];
    const values = new Set(
      family.flatMap(({ axes }) => (typeof axes[name] === 'number' ? [axes[name]] : [])),
    );
    if (values.size < 2) return [];
    return value === Math.min(...values) || value === Math.max(...values) ? [name] : [];
  });
}

/** Settings whose cells ended with the very same weights although their optimizers differ: what differs did nothing. */
import { canonicalJson } from '../../suite/canonical.js';
import type { CellSettings } from '../../suite/cell.js';
import { inWords, nameInText } from '../label.js';
import type { SettingSummary, Twins } from '../summary.js';

/** Two settings of different optimizers, `dear` spending no less than `cheap` where their weights agree. */
interface Pair {
  cheap: SettingSummary;
  dear: SettingSummary;
  /** Seeds that ended with the same weights in both. */
  seeds: number[];
  /** Seeds that both finished on machines that owe each other the same bits. */
  common: number;
  /** Gradient evaluations of `dear` over those of `cheap` in `seeds`. */
  evaluations: number;
}

/**
 * Settings that ended with the same weights, bit for bit, in at least one seed. Each setting is named with one twin alone:
 * the one that it shares most seeds with, the cheapest of those. Settings of one optimizer are no finding: two budgets
 * may well stop at the same epoch.
 */
export function findTwins(settings: readonly SettingSummary[]): Twins[] {
  const pairs = pairsOf(settings);
  const closest = settings.flatMap(
    (dear) => pairs.filter((pair) => pair.dear === dear).sort(closer)[0] ?? [],
  );
  const merged = new Map<string, Twins>();
  for (const { cheap, dear, seeds, common, evaluations } of closest) {
    const key = JSON.stringify([cheap.id, seeds, common, evaluations]);
    const found = merged.get(key) ?? { of: cheap.id, settings: [], seeds, common, evaluations };
    merged.set(key, { ...found, settings: [...found.settings, dear.id] });
  }
  return [...merged.values()];
}

/** `twins` as a sentence. */
export function describeTwins(
  { of, settings: ids, seeds, common, evaluations }: Twins,
  settings: readonly SettingSummary[],
): string {
  const several = new Set(settings.map(({ context }) => context)).size > 1;
  const find = (id: string) => settings.find((setting) => setting.id === id);
  const nameOf = (id: string) => {
    const setting = find(id);
    return setting ? nameInText(setting, several) : id;
  };
  const names = ids.map(nameOf);
  const everywhere = seeds.length === common;
  const where = !everywhere
    ? `in ${seeds.length} of ${common} seeds`
    : common === 1
      ? 'in the one seed that both finished'
      : `in every seed (${common} of ${common})`;
  const perturbs = (id: string) => optimizerOf(find(id))?.base !== undefined;
  const onlyOnes = ids.every(perturbs) && !perturbs(of);
  const idle = onlyOnes
    ? `the sharpness-aware step of ${inWords(names)}${ruleOf(ids.map(find))}`
    : 'what sets their optimizers apart';
  const effect = everywhere ? 'has no effect' : 'had no effect there';
  const price =
    evaluations === 1
      ? 'at the same number of gradient evaluations'
      : `and costs ${Number(evaluations.toFixed(2))} times the gradient evaluations`;
  return `${inWords([...names, nameOf(of)])} ended with the same weights, bit for bit, ${where}: ${idle} ${effect}, ${price}.`;
}

function pairsOf(settings: readonly SettingSummary[]): Pair[] {
  const byHash = new Map<string, Set<SettingSummary>>();
  for (const setting of settings) {
    for (const { weightsSha256 } of setting.seeds) {
      if (weightsSha256 !== null)
        byHash.set(weightsSha256, (byHash.get(weightsSha256) ?? new Set()).add(setting));
    }
  }
  const order = new Map(settings.map((setting, place) => [setting, place]));
  const placeOf = (setting: SettingSummary) => order.get(setting) ?? 0;
  const met = new Map<string, Pair>();
  for (const group of byHash.values()) {
    const sorted = [...group].sort((left, right) => placeOf(left) - placeOf(right));
    for (const [at, first] of sorted.entries()) {
      for (const second of sorted.slice(at + 1)) {
        const key = JSON.stringify([first.id, second.id]);
        if (!met.has(key) && differ(first, second)) met.set(key, pairOf(first, second));
      }
    }
  }
  return [...met.values()];
}

function pairOf(first: SettingSummary, second: SettingSummary): Pair {
  const others = new Map(second.seeds.map((seed) => [seed.seed, seed]));
  const common = first.seeds.flatMap((one) => {
    const other = others.get(one.seed);
    const comparable = one.weightsSha256 && other?.weightsSha256 && one.fingerprint === other.fingerprint;
    return comparable ? [{ one, other }] : [];
  });
  const equal = common.filter(({ one, other }) => one.weightsSha256 === other.weightsSha256);
  const spent = (side: 'one' | 'other') =>
    equal.reduce((sum, pair) => sum + pair[side].gradientEvaluations, 0);
  const [cheap, dear] = spent('one') <= spent('other') ? [first, second] : [second, first];
  const [least, most] = [spent('one'), spent('other')].sort((left, right) => left - right);
  return {
    cheap,
    dear,
    seeds: equal.map(({ one }) => one.seed),
    common: common.length,
    evaluations: least ? (most ?? least) / least : 1,
  };
}

// More seeds in common first, then the cheaper twin, which costs more in comparison.
function closer(left: Pair, right: Pair): number {
  return right.seeds.length - left.seeds.length || right.evaluations - left.evaluations;
}

// An arm may be called anything, so the rule is said where its name does not say it.
function ruleOf(settings: readonly (SettingSummary | undefined)[]): string {
  const rules = new Set(settings.map((setting) => optimizerOf(setting)?.name));
  const [rule] = rules;
  const plain = settings.every((setting) => setting?.arm === rule);
  return rules.size > 1 || plain || typeof rule !== 'string' ? '' : `, which is ${rule},`;
}

function differ(first: SettingSummary, second: SettingSummary): boolean {
  return canonicalJson(optimizerOf(first) ?? null) !== canonicalJson(optimizerOf(second) ?? null);
}

function optimizerOf(setting: SettingSummary | undefined): Readonly<Record<string, unknown>> | undefined {
  return (setting?.settings as Partial<CellSettings> | undefined)?.optimizer;
}

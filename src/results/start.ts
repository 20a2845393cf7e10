/**
 * What cells of one seed must begin with alike: first weights, first batch, and its loss at those weights. Grids ask it
 * of every cell that ends, reports of all cells together.
 */
import { canonicalJson } from '../suite/canonical.js';
import type { CellSettings } from '../suite/cell.js';
import type { CellResult } from './result.js';
import { relativeDeviation, tolerances } from './tolerances.js';

/** The facts of a start, in words. */
export const startNames = {
  initSha256: 'initial weights',
  firstBatchSha256: 'first batch',
  firstBatchLoss: 'loss of the first batch',
} as const;

export type StartName = keyof typeof startNames;

/** One thing that a cell began with. */
export interface StartFact {
  cell: string;
  seed: number;
  name: StartName;
  /** All that decides the fact: where it is equal, values must agree. */
  key: string;
  /** A hash, or a loss. */
  value: string | number;
  /** What rounds a loss: cells of equal rounding owe each other every bit; null where two runs need not round alike. */
  rounding: string | null;
  /** Largest relative difference to a cell that rounds otherwise. */
  tolerance: number;
}

/** The parts of a result that say how its cell began. */
export type Started = Pick<
  CellResult,
  'cell' | 'seed' | 'settings' | 'status' | 'provenance' | 'environment'
> & {
  checks?: CellResult['checks'];
};

/**
 * How the cell of `result` began, as far as it says; nothing for a cell that failed. Of its settings the network decides the
 * first weights, data and batch size the first batch; its loss depends on both, on the groups that the batch is cut into
 * (`m`, with statistics of their own), on `bn`, and by rounding on `threads`. No rule decides it: all take their first
 * gradient at the first weights (momentum SAM does not perturb its first step), and one that looks at a part of the batch first
 * has no such loss.
 */
export function startOf({
  cell,
  seed,
  settings,
  status,
  checks,
  provenance,
  environment,
}: Started): StartFact[] {
  if (status !== 'finished' && status !== 'diverged') return [];
  const rounding =
    environment.gpu === null ? `${environment.fingerprint}${provenance.eager ? ' eager' : ''}` : null;
  const tolerance = environment.gpu === null ? tolerances.firstBatchLoss : tolerances.firstBatchLossOnGpu;
  const values: Record<StartName, string | number | null> = {
    initSha256: provenance.initSha256,
    firstBatchSha256: provenance.firstBatchSha256,
    firstBatchLoss: checks?.firstBatchLoss ?? null,
  };
  const deciding = decidingSettings(settings);
  return (Object.keys(startNames) as StartName[]).flatMap((name) => {
    const value = values[name];
    if (value === null) return [];
    const key = `${name}/${seed}/${deciding[name]}`;
    return [{ cell, seed, name, key, value, rounding, tolerance }];
  });
}

/** The cells of one setting share the object of their settings, whose text need be written once only. */
const decided = new WeakMap<CellSettings, Record<StartName, string>>();

function decidingSettings(settings: CellSettings): Record<StartName, string> {
  const known = decided.get(settings);
  if (known) return known;
  const { data, model, batch, optimizer, threads } = settings;
  const { m, bn } = optimizer;
  const group = typeof m === 'number' ? Math.min(m, batch) : batch;
  const texts = {
    initSha256: canonicalJson([model, data.name]),
    firstBatchSha256: canonicalJson([data, batch]),
    firstBatchLoss: canonicalJson([data, model, batch, group, bn ?? 'batch', threads]),
  };
  decided.set(settings, texts);
  return texts;
}

/** Whether two facts of one key agree: hashes and losses of equal rounding to the bit, other losses within a tolerance. */
export function agree(left: StartFact, right: StartFact): boolean {
  if (left.value === right.value) return true;
  if (left.rounding !== null && left.rounding === right.rounding) return false;
  return differenceOf(left, right) <= Math.max(left.tolerance, right.tolerance);
}

/** The relative difference of two losses; 1 between hashes that differ. */
export function differenceOf({ value: left }: StartFact, { value: right }: StartFact): number {
  if (left === right) return 0;
  return typeof left === 'number' && typeof right === 'number' ? relativeDeviation(right, left) : 1;
}

/** The facts called `name` by their keys, in the order in which they come. */
export function byKey(facts: Iterable<StartFact>, name: StartName): Map<string, StartFact[]> {
  const groups = new Map<string, StartFact[]>();
  for (const fact of facts) {
    if (fact.name !== name) continue;
    const group = groups.get(fact.key);
    if (group) group.push(fact);
    else groups.set(fact.key, [fact]);
  }
  return groups;
}

/** The first two facts of one key that do not agree, the earlier first; null where all do. */
export function conflictIn(facts: readonly StartFact[]): [StartFact, StartFact] | null {
  const distinct: StartFact[] = [];
  for (const later of facts) {
    const earlier = distinct.find((fact) => !agree(fact, later));
    if (earlier) return [earlier, later];
    const isKnown = ({ value, rounding }: StartFact) => value === later.value && rounding === later.rounding;
    if (!distinct.some(isKnown)) distinct.push(later);
  }
  return null;
}

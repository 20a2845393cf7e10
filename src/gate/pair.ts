/** Pairs the cells of a run with those of a baseline by settings and seed, and lists what has no partner. */
import type { Cell } from '../suite/cell.js';
import { type GateCell, type GateRun, hashSettings } from './run.js';

/** A cell that finished on both sides. */
export interface Pair {
  seed: number;
  now: GateCell;
  before: GateCell;
}

/** All seeds of one setting of one arm. */
export interface PairedSetting {
  /** The id of its cells without seed and hash: readable and unique within the suite. */
  id: string;
  arm: string;
  pairs: readonly Pair[];
}

export interface Pairing {
  settings: readonly PairedSetting[];
  /** What is not there to compare, one line each. */
  problems: readonly string[];
}

/** Pairs the `planned` cells of a suite; cells of the baseline that are not planned are problems too. */
export function pairRuns(planned: readonly Cell[], now: GateRun, before: GateRun): Pairing {
  const current = new Map(now.cells.map((cell) => [cell.cell, cell]));
  const partners = byKey(before.cells);
  const settings = new Map<string, { id: string; arm: string; pairs: Pair[] }>();
  const names = new Set<string>();
  const problems: string[] = [];
  for (const { id, arm, seed, settings: resolved } of planned) {
    const hash = hashSettings(resolved);
    const key = `${arm}/${hash}`;
    let setting = settings.get(key);
    if (!setting) {
      const readable = id.replace(/-s\d+-[0-9a-f]+$/, '');
      const name = names.has(readable) ? `${readable}-${hash.slice(0, 8)}` : readable;
      names.add(name);
      setting = { id: name, arm, pairs: [] };
      settings.set(key, setting);
    }
    const own = current.get(id);
    const other = take(partners, `${hash}/${seed}`, arm);
    if (own?.status !== 'finished') problems.push(`${id}: ${own?.status ?? 'missing'} in this run`);
    if (other?.status !== 'finished') problems.push(`${id}: ${other?.status ?? 'missing'} in the baseline`);
    if (own?.status === 'finished' && other?.status === 'finished') {
      setting.pairs.push({ seed, now: own, before: other });
    }
  }
  const left = [...partners.values()].flat().map(({ cell }) => `${cell}: in the baseline, not in the suite`);
  return { settings: [...settings.values()], problems: [...problems, ...left.sort()] };
}

function byKey(cells: readonly GateCell[]): Map<string, GateCell[]> {
  const all = new Map<string, GateCell[]>();
  for (const cell of cells) {
    const key = `${cell.settings}/${cell.seed}`;
    all.set(key, [...(all.get(key) ?? []), cell]);
  }
  return all;
}

/** Takes a partner out: that of the same arm where two arms have equal settings, else any (an arm may be renamed). */
function take(partners: Map<string, GateCell[]>, key: string, arm: string): GateCell | undefined {
  const candidates = partners.get(key) ?? [];
  const index = Math.max(
    0,
    candidates.findIndex((cell) => cell.arm === arm),
  );
  const [taken] = candidates.splice(index, 1);
  return taken;
}

/** Picks cells of a grid by the flags that every command shares. */
import picomatch from 'picomatch';
import { SambenchError } from '../errors.js';
import type { Cell } from './cell.js';
import { nearest } from './nearest.js';

/** The flags as the command line gives them. */
export interface CellFlags {
  /** `--only GLOB`: a pattern of cell ids, e.g. `sam-*`. */
  only?: string | undefined;
  /** `--seeds 1,2,5`; ranges such as `1-3` too. */
  seeds?: string | undefined;
  /** `--shard i/n`: the i-th of n parts of about equal compute, i from 1. */
  shard?: string | undefined;
  /** `--cell ID`. */
  cell?: string | undefined;
}

/**
 * The cells that the flags pick, in the order of the grid. Shards are disjoint and together the whole; one may be empty
 * where there are more shards than cells.
 * @throws SambenchError (exit 2) for a flag that cannot be read or that matches nothing, naming the nearest id.
 */
export function selectCells(cells: readonly Cell[], flags: CellFlags): Cell[] {
  let chosen = [...cells];
  if (flags.cell !== undefined) chosen = byId(chosen, flags.cell);
  if (flags.seeds !== undefined) chosen = bySeed(chosen, flags.seeds);
  if (flags.only !== undefined) chosen = byPattern(chosen, flags.only);
  if (flags.shard !== undefined) chosen = shardOf(chosen, flags.shard);
  return chosen;
}

function invalid(flag: string, problem: string, value: string, fix: string): SambenchError {
  return new SambenchError('flag-invalid', { path: flag, problem, value, fix });
}

/** The cell whose id is the most like `text`, as a hint. */
function hint(cells: readonly Cell[], text: string): string {
  const ids = cells.map(({ id }) => id);
  const near = nearest(text, ids) ?? ids[0];
  return near === undefined ? 'No cell is left to choose from.' : `A cell of this suite is ${near}.`;
}

function byId(cells: Cell[], id: string): Cell[] {
  const chosen = cells.filter((cell) => cell.id === id);
  if (chosen.length > 0) return chosen;
  const near = nearest(
    id,
    cells.map((cell) => cell.id),
  );
  const fix = near === undefined ? hint(cells, id) : `Did you mean ${near}?`;
  throw invalid('--cell', 'is no cell of this suite', id, fix);
}

function byPattern(cells: Cell[], pattern: string): Cell[] {
  const matches = picomatch(pattern, { dot: true });
  const chosen = cells.filter(({ id }) => matches(id));
  if (chosen.length > 0) return chosen;
  throw invalid('--only', 'matches no cell', pattern, hint(cells, pattern.replaceAll(/[*?[\]{}!()]/g, '')));
}

function bySeed(cells: Cell[], list: string): Cell[] {
  const wanted = parseSeeds(list);
  const known = [...new Set(cells.map(({ seed }) => seed))];
  for (const seed of wanted) {
    if (known.includes(seed)) continue;
    const shown = known.length > 20 ? `${known.slice(0, 20).join(', ')} …` : known.join(', ');
    throw invalid('--seeds', `seed ${seed} is not in the suite`, list, `Choose among ${shown}.`);
  }
  return cells.filter(({ seed }) => wanted.includes(seed));
}

function parseSeeds(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const match = /^\s*(\d{1,15})(?:-(\d{1,15}))?\s*$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? first);
    if (match === null || first < 1 || last < first || last - first > 10_000) {
      throw invalid(
        '--seeds',
        'is no list of seeds',
        list,
        'Write positive whole numbers, e.g. 1,2,5 or 1-3.',
      );
    }
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Contiguous in the order of the grid, so that a shard holds whole seeds as far as it can. */
function shardOf(cells: Cell[], shard: string): Cell[] {
  const match = /^\s*(\d{1,6})\s*\/\s*(\d{1,6})\s*$/.exec(shard);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > count) {
    throw invalid('--shard', 'is no part of a whole', shard, 'Write i/n with i from 1 to n, e.g. 2/8.');
  }
  const total = cells.reduce((sum, { budget }) => sum + budget.flops, 0);
  let before = 0;
  return cells.filter(({ budget }) => {
    const middle = before + budget.flops / 2;
    before += budget.flops;
    return Math.floor((middle / total) * count) === index - 1;
  });
}

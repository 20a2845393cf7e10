/** Two folders side by side: cells of equal arm, settings and seed are pairs, and what became of them is compared. */
import Type, { type Static, type TSchema } from 'typebox';
import { holm } from '../../stats/holm.js';
import { comparePairs } from '../../stats/paired.js';
import { tInterval } from '../../stats/t-interval.js';
import { canonicalJson } from '../../suite/canonical.js';
import type { Cell } from '../../suite/cell.js';
import { findAxes } from '../summarize/axes.js';
import { groupCells } from '../summarize/group.js';
import { summarizeEnvironments } from '../summarize/provenance.js';
import type { CellRecord } from '../summarize/record.js';
import { summarySchema } from '../summary.js';
import type { ResultFolder } from './folder.js';
import { sayComparison } from './sentence.js';

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const text = Type.String();
const count = Type.Integer({ minimum: 0 });
const number = Type.Number();
const figure = summarySchema.properties.settings.items.properties.testAccuracy;

const side = Type.Object({
  name: text,
  cells: count,
  finished: count,
  suites: Type.Array(text),
  environments: summarySchema.properties.environments,
});

const cell = Type.Object({
  seed: Type.Integer(),
  cell: text,
  statusA: text,
  statusB: text,
  accuracyA: orNull(number),
  accuracyB: orNull(number),
  weights: Type.Enum(['same', 'different', 'unknown']),
});

const row = Type.Object(
  {
    id: text,
    label: text,
    arm: text,
    n: count,
    accuracyA: figure,
    accuracyB: figure,
    difference: figure,
    p: orNull(number),
    holmP: orNull(number),
    sameWeights: count,
    timeRatio: figure,
    stepRatio: orNull(number),
    memoryRatio: figure,
    cells: Type.Array(cell),
  },
  {
    description:
      'Means are over the n seeds that both folders finished; differences are B minus A, ratios B over A. Times only of ' +
      'cells that ran alone on equal machines.',
  },
);

/** Schema of `reports/compare-<A>-<B>.json`. */
export const folderComparisonSchema = Type.Object({
  schema: Type.Literal(1),
  a: side,
  b: side,
  verdict: Type.Object({ sentence: text, limits: Type.Array(text) }),
  pairs: count,
  sameWeights: count,
  onlyA: count,
  onlyB: count,
  lost: count,
  rows: Type.Array(row),
});

export type FolderComparison = Static<typeof folderComparisonSchema>;
export type ComparisonRow = FolderComparison['rows'][number];

/** Compares two folders of results. `pairs` is 0 where nothing matches. */
export function compareFolders(a: ResultFolder, b: ResultFolder): FolderComparison {
  const left = new Map(a.records.map((record) => [keyOf(record), record]));
  const right = new Map(b.records.map((record) => [keyOf(record), record]));
  const cells = [...new Map([...right, ...left])].map(([key, record]): Cell & { key: string } => ({
    ...cellOf(record),
    key,
  }));
  cells.sort((x, y) => (x.key < y.key ? -1 : 1));
  const keys = new Map(cells.map(({ id, key }) => [id, key]));
  const axes = findAxes(cells);
  const groups = groupCells(cells, new Map(), axes, () => null);
  const rows = groups.map((group): ComparisonRow => {
    const label = [group.context, group.label].filter(Boolean).join(': ');
    const found = group.seeds.map(({ seed, cell: id }) => {
      const key = keys.get(id) ?? '';
      return { seed, id, left: left.get(key) ?? null, right: right.get(key) ?? null };
    });
    return compareGroup(group.id, label, group.arm, found, stepRatio(group.arm, a, b));
  });
  const corrected = correct(rows);
  const all = corrected.flatMap((each) => each.cells);
  const base = {
    schema: 1 as const,
    a: describe(a),
    b: describe(b),
    pairs: all.filter(({ accuracyA, accuracyB }) => accuracyA !== null && accuracyB !== null).length,
    sameWeights: all.filter(({ weights }) => weights === 'same').length,
    onlyA: all.filter(({ statusB }) => statusB === 'missing').length,
    onlyB: all.filter(({ statusA }) => statusA === 'missing').length,
    lost: all.filter(({ statusA, statusB }) =>
      [statusA, statusB].some((each) => !['finished', 'missing'].includes(each)),
    ).length,
    rows: corrected,
  };
  return { ...base, verdict: sayComparison(base) };
}

interface Pair {
  seed: number;
  id: string;
  left: CellRecord | null;
  right: CellRecord | null;
}

function compareGroup(
  id: string,
  label: string,
  arm: string,
  found: readonly Pair[],
  step: number | null,
): ComparisonRow {
  const cells = found.map(({ seed, id: cellId, left, right }) => {
    const [finalA, finalB] = [
      left?.status === 'finished' ? left.final : null,
      right?.status === 'finished' ? right.final : null,
    ];
    const weights =
      !finalA || !finalB ? 'unknown' : finalA.weightsSha256 === finalB.weightsSha256 ? 'same' : 'different';
    return {
      seed,
      cell: cellId,
      statusA: left?.status ?? 'missing',
      statusB: right?.status ?? 'missing',
      accuracyA: finalA?.test.accuracy ?? null,
      accuracyB: finalB?.test.accuracy ?? null,
      weights,
    } as const;
  });
  const same = cells.filter(({ weights }) => weights === 'same').length;
  const both = found.filter(({ left, right }) => left?.status === 'finished' && right?.status === 'finished');
  const accuracy = (record: CellRecord | null) => record?.final?.test.accuracy ?? 0;
  const [valuesA, valuesB] = [
    both.map(({ left }) => accuracy(left)),
    both.map(({ right }) => accuracy(right)),
  ];
  const result = comparePairs(valuesB, valuesA, { resamples: 0 });
  const comparable = both.filter(
    ({ left, right }) =>
      left?.environment.fingerprint === right?.environment.fingerprint &&
      !left?.time.contended &&
      !right?.time.contended,
  );
  const ratios = (pairs: readonly Pair[], read: (record: CellRecord) => number) =>
    tInterval(
      pairs.flatMap(({ left, right }) => {
        const [x, y] = [left ? read(left) : 0, right ? read(right) : 0];
        return x > 0 && y > 0 ? [y / x] : [];
      }),
    );
  return {
    id,
    label,
    arm,
    n: both.length,
    accuracyA: tInterval(valuesA),
    accuracyB: tInterval(valuesB),
    difference: result?.difference ?? null,
    // Weights that are the same bit for bit leave nothing to test.
    p: result && result.n > 1 && same < result.n ? result.signFlip.p : null,
    holmP: null,
    sameWeights: same,
    timeRatio: ratios(comparable, ({ time }) => time.trainSeconds),
    stepRatio: step,
    memoryRatio: ratios(both, ({ memory }) => memory.peakRssBytes),
    cells,
  };
}

function correct(rows: readonly ComparisonRow[]): ComparisonRow[] {
  const family = rows.filter(({ p }) => p !== null);
  const adjusted = holm(family.map(({ p }) => p ?? 1));
  return rows.map((each) => ({ ...each, holmP: adjusted[family.indexOf(each)] ?? null }));
}

// Step times compare between equal machines only, whatever the cells ran on.
function stepRatio(arm: string, a: ResultFolder, b: ResultFolder): number | null {
  const [left, right] = [a, b].map(
    ({ timing }) => timing?.arms.find((timed) => timed.arm === arm)?.medianMilliseconds,
  );
  if (
    a.timing?.environment.fingerprint !== b.timing?.environment.fingerprint ||
    a.timing?.batch !== b.timing?.batch
  )
    return null;
  return left !== undefined && right !== undefined && left > 0 ? right / left : null;
}

function describe({ name, records }: ResultFolder): FolderComparison['a'] {
  return {
    name,
    cells: records.length,
    finished: records.filter(({ status }) => status === 'finished').length,
    suites: [...new Set(records.map(({ suite }) => suite))].sort(),
    environments: summarizeEnvironments(records),
  };
}

function keyOf({ arm, seed, settings }: CellRecord): string {
  return `${arm}\n${canonicalJson(settings)}\n${String(seed).padStart(16, '0')}`;
}

function cellOf({ suite, cell: id, arm, seed, settings, budget }: CellRecord): Cell {
  return { suite, id, arm, seed, settings, budget };
}

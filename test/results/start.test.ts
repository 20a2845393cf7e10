import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/results/result.js';
import {
  agree,
  byKey,
  conflictIn,
  type StartFact,
  type StartName,
  startOf,
} from '../../src/results/start.js';
import { tolerances } from '../../src/results/tolerances.js';
import { exampleCell, exampleResult } from './example.js';

interface Changes {
  cell?: string;
  seed?: number;
  status?: CellResult['status'];
  settings?: Record<string, unknown>;
  optimizer?: Record<string, unknown>;
  provenance?: Partial<CellResult['provenance']>;
  environment?: Partial<CellResult['environment']>;
  loss?: number | null;
}

const sam = { name: 'sam', rho: 0.05, m: null, bn: 'batch', base: { name: 'adam', learningRate: 0.001 } };

/** The facts of a cell that differs from the others in `changes` alone. */
function facts({
  cell = 'a',
  seed = 1,
  status = 'finished',
  loss = 2.5,
  ...other
}: Changes = {}): StartFact[] {
  const plain = exampleCell(cell, { seed });
  const settings = { ...plain.settings, optimizer: other.optimizer ?? sam, ...other.settings };
  const result = exampleResult({ ...plain, settings } as typeof plain, {
    status,
    checks: {
      ...{ gradientEvaluations: { planned: 1, counted: 1 }, perturbationNorm: null, appliedNorm: null },
      ...{ weightsRestored: true, statisticsMoves: 1, ascentShare: null, meanCosine: null },
      firstBatchLoss: loss,
    },
  });
  return startOf({
    ...result,
    provenance: { ...result.provenance, ...other.provenance },
    environment: { ...result.environment, ...other.environment },
  });
}

const factOf = (name: StartName, changes: Changes = {}): StartFact => {
  const found = facts(changes).find((fact) => fact.name === name);
  if (!found) throw new Error(`the cell does not tell its ${name}`);
  return found;
};

/** Whether a cell with these changes must agree with the plain one in `name`. */
const together = (name: StartName, changes: Changes) => factOf(name).key === factOf(name, changes).key;

describe('the cells that must begin alike', () => {
  const data = exampleCell().settings.data;
  const own = { name: 'adam', learningRate: 0.1, m: null, bn: 'batch' };

  it.each<[string, Changes, boolean, boolean, boolean]>([
    // Initial weights, first batch, its loss.
    ['another seed', { seed: 2 }, false, false, false],
    ['another network', { settings: { model: { name: 'mlp', units: 9 } } }, false, true, false],
    ['another batch size', { settings: { batch: 32 } }, true, false, false],
    ['other noise in the labels', { settings: { data: { ...data, labelNoise: 0.2 } } }, true, false, false],
    ['other threads', { settings: { threads: 2 } }, true, true, false],
    ['groups', { optimizer: { ...sam, m: 4 } }, true, true, false],
    ['one group as large as the batch', { optimizer: { ...sam, m: 16 } }, true, true, true],
    ['batch norm on moving statistics', { optimizer: { ...sam, bn: 'moving' } }, true, true, false],
    ['another rho', { optimizer: { ...sam, rho: 0.5 } }, true, true, true],
    ['another rule', { optimizer: { ...sam, name: 'msam', momentum: 0.9 } }, true, true, true],
    ['no rule, another rate', { optimizer: own }, true, true, true],
    ['more epochs', { settings: { epochs: 9 } }, true, true, true],
    ['another schedule', { settings: { schedule: { name: 'cosine', warmupEpochs: 1 } } }, true, true, true],
    ['another average', { settings: { average: { name: 'ema', decay: 0.9 } } }, true, true, true],
  ])('with %s', (_name, changes, init, batch, loss) => {
    expect(together('initSha256', changes)).toBe(init);
    expect(together('firstBatchSha256', changes)).toBe(batch);
    expect(together('firstBatchLoss', changes)).toBe(loss);
  });

  it('do so whatever the order of their settings, which files and suites write differently', () => {
    const reversed = Object.fromEntries(Object.entries(data).reverse());
    expect(together('firstBatchLoss', { settings: { data: reversed } })).toBe(true);
  });

  it('are those that ended by themselves, failed ones having begun as it may be', () => {
    expect(facts({ status: 'diverged' })).toHaveLength(3);
    expect(facts({ status: 'failed' })).toEqual([]);
    expect(facts({ status: 'timeout' })).toEqual([]);
  });

  it('tell what they know', () => {
    expect(facts({ loss: null }).map(({ name }) => name)).toEqual(['initSha256', 'firstBatchSha256']);
    expect(facts({ provenance: { initSha256: null } }).map(({ name }) => name)).not.toContain('initSha256');
  });
});

describe('two starts', () => {
  const of = (changes: Changes) => factOf('firstBatchLoss', changes);
  const next = 2.500000238418579;

  it('agree on one machine where no bit differs', () => {
    expect(agree(of({}), of({ cell: 'b' }))).toBe(true);
    expect(agree(of({}), of({ cell: 'b', loss: next }))).toBe(false);
  });

  it('agree between machines, and between eager and compiled cells, up to rounding', () => {
    const { firstBatchLoss } = tolerances;
    for (const other of [{ environment: { fingerprint: 'other' } }, { provenance: { eager: true } }]) {
      expect(agree(of({}), of({ ...other, loss: next }))).toBe(true);
      expect(agree(of({}), of({ ...other, loss: 2.5 * (1 + 0.99 * firstBatchLoss) }))).toBe(true);
      expect(agree(of({}), of({ ...other, loss: 2.5 * (1 + 1.01 * firstBatchLoss) }))).toBe(false);
    }
    const eager = { provenance: { eager: true } };
    expect(agree(of(eager), of({ ...eager, loss: next }))).toBe(false);
  });

  it('of a graphics card agree up to what its algorithms make of it, even on one machine', () => {
    const card = { environment: { gpu: 'A card' } };
    const { firstBatchLossOnGpu } = tolerances;
    expect(agree(of(card), of({ ...card, loss: 2.5 * (1 + 0.99 * firstBatchLossOnGpu) }))).toBe(true);
    expect(agree(of(card), of({ ...card, loss: 2.5 * (1 + 1.01 * firstBatchLossOnGpu) }))).toBe(false);
    expect(agree(of({}), of({ ...card, loss: 2.5 * (1 + 0.99 * firstBatchLossOnGpu) }))).toBe(true);
  });

  it('with hashes agree where these are equal, wherever they ran', () => {
    const elsewhere = { environment: { fingerprint: 'other' } };
    const hash = (initSha256: string, changes: Changes = {}) =>
      factOf('initSha256', { ...changes, provenance: { initSha256 } });
    expect(agree(hash('aa'), hash('aa', elsewhere))).toBe(true);
    expect(agree(hash('aa'), hash('bb', elsewhere))).toBe(false);
  });

  it('that do not agree are named, the earlier first', () => {
    const all = ['a', 'b', 'c'].map((cell) => of({ cell, loss: cell === 'c' ? 3 : 2.5 }));
    expect(conflictIn(all)?.map(({ cell }) => cell)).toEqual(['a', 'c']);
    expect(conflictIn(all.slice(0, 2))).toBeNull();
    expect(conflictIn([])).toBeNull();
  });

  it('are looked for among those of one key', () => {
    const all = [...facts({ cell: 'a' }), ...facts({ cell: 'b', seed: 2 }), ...facts({ cell: 'c' })];
    const groups = [...byKey(all, 'firstBatchLoss').values()];
    expect(groups.map((group) => group.map(({ cell }) => cell))).toEqual([['a', 'c'], ['b']]);
  });
});

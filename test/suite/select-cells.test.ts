/** Picking cells by the shared flags. */
import { describe, expect, it } from 'vitest';
import { SambenchError } from '../../src/errors.js';
import { expandSuite } from '../../src/suite/expand.js';
import { type CellFlags, selectCells } from '../../src/suite/select-cells.js';
import { changed } from './example.js';

const { cells } = expandSuite(
  changed((suite) => {
    suite.seeds = 4;
  }),
);
const pick = (flags: CellFlags) => selectCells(cells, flags);

function refusal(flags: CellFlags): SambenchError {
  try {
    pick(flags);
  } catch (error) {
    if (error instanceof SambenchError) return error;
    throw error;
  }
  throw new Error('the flags were accepted');
}

describe('cells are picked', () => {
  it('all, without flags', () => {
    expect(pick({})).toEqual(cells);
  });

  it('by a pattern of ids', () => {
    expect(pick({ only: 'sam-*' }).map(({ arm }) => arm)).toEqual(['sam', 'sam', 'sam', 'sam']);
    expect(pick({ only: 'adam-e{10,20}-s1-*' })).toHaveLength(2);
    expect(pick({ only: '*-s2-*' }).every(({ seed }) => seed === 2)).toBe(true);
  });

  it('by seeds and ranges of seeds', () => {
    expect(new Set(pick({ seeds: '1,3' }).map(({ seed }) => seed))).toEqual(new Set([1, 3]));
    expect(pick({ seeds: '2-4' })).toHaveLength(9);
  });

  it('by one id', () => {
    const id = cells[5]?.id ?? '';
    expect(pick({ cell: id })).toEqual([cells[5]]);
  });

  it.each([1, 2, 3, 4, 5, 12, 40])('in %i shards that are disjoint and together the whole', (count) => {
    const shards = Array.from({ length: count }, (_, index) => pick({ shard: `${index + 1}/${count}` }));
    expect(shards.flat()).toEqual(cells);
  });

  it('in shards of about equal compute', () => {
    const costs = [1, 2].map((index) =>
      pick({ shard: `${index}/2` }).reduce((sum, { budget }) => sum + budget.flops, 0),
    );
    expect(costs[0]).toBe(costs[1]);
  });
});

describe('a flag is refused with exit 2', () => {
  it.each<[string, CellFlags, RegExp]>([
    [
      'that matches nothing',
      { only: 'sma-*' },
      /--only: matches no cell \(got "sma-\*"\)\. A cell of this suite is /,
    ],
    [
      'that names a cell which is not there',
      { cell: `${cells[0]?.id}x` },
      new RegExp(`Did you mean ${cells[0]?.id}`),
    ],
    [
      'that names a seed which is not there',
      { seeds: '1,9' },
      /seed 9 is not in the suite.*Choose among 1, 2, 3, 4/,
    ],
    ['that is no list of seeds', { seeds: '1;2' }, /Write positive whole numbers/],
    ['that is an empty list of seeds', { seeds: '' }, /Write positive whole numbers/],
    ['that counts shards from 0', { shard: '0/4' }, /Write i\/n with i from 1 to n/],
    ['that is a shard beyond the last', { shard: '5/4' }, /Write i\/n/],
    ['that is no shard', { shard: 'half' }, /Write i\/n/],
  ])('%s', (_what, flags, message) => {
    const error = refusal(flags);
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(message);
  });
});

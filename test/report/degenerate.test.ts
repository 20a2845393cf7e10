/** Suites with little or nothing to tell: every format must stay truthful. */
import { describe, expect, it, vi } from 'vitest';
import { filesOf, type Made } from './render.js';
import { failedCell, quickstart } from './synthetic.js';

function half(): Made {
  const made = quickstart([1, 2, 3, 4]);
  return { ...made, results: made.results.slice(0, 7) };
}

function allFailed(): Made {
  const made = quickstart();
  return { ...made, results: made.cells.map(failedCell), timing: null };
}

function oneArm(): Made {
  const made = quickstart();
  const cells = made.cells.filter(({ arm }) => arm === 'adam');
  const results = made.results.filter(({ arm }) => arm === 'adam');
  return {
    ...made,
    cells,
    results,
    suite: { ...made.suite, compare: { baseline: 'adam', candidate: 'adam' } },
  };
}

// Drawing a page takes a second, and more while other tests run.
vi.setConfig({ testTimeout: 30_000 });

const suites: Record<string, Made> = {
  'half done': half(),
  'all cells failed': allFailed(),
  'a single seed': quickstart([1]),
  'one arm': oneArm(),
  'no result yet': { ...quickstart(), results: [], timing: null },
  'zero cells': { ...quickstart(), cells: [], results: [], timing: null },
  'one cell': {
    ...quickstart(),
    cells: quickstart().cells.slice(0, 1),
    results: quickstart().results.slice(0, 1),
  },
  'equal arms': equalArms(),
};

function equalArms(): Made {
  const made = quickstart();
  const results = made.results.map((result) => ({
    ...result,
    final: result.final && { ...result.final, test: { loss: 1, accuracy: 0.5 } },
  }));
  return { ...made, results };
}

describe.each(Object.entries(suites))('a suite with %s', (_name, made) => {
  it('has no NaN, no Infinity and nothing undefined in any format', async () => {
    const { files } = await filesOf(made);
    for (const [name, text] of files) {
      const visible = name.endsWith('.html')
        ? text.replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g, '')
        : text;
      expect(/\bNaN\b|Infinity|undefined|\[object/.exec(visible)?.[0], name).toBeUndefined();
    }
  });

  it('draws no chart without marks', async () => {
    const { files } = await filesOf(made);
    for (const [name, text] of files) {
      if (!name.endsWith('.svg')) continue;
      expect(
        /fill="#[0-9a-f]{6}" (?:opacity|d=)|stroke="#(?:0072b2|d55e00|009e73)"|d="M[^"]*" (?:fill|opacity)/.test(
          text,
        ),
        name,
      ).toBe(true);
    }
  });
});

describe('what such a suite says', () => {
  const verdict = async (name: string) => (await filesOf(suites[name] as Made)).summary.verdict;

  it('half done: how many cells are missing', async () => {
    const { limits } = await verdict('half done');
    expect(limits.join(' ')).toContain('5 of 12 cells have no result yet');
  });

  it('all failed: that there is no verdict, and why the cells failed', async () => {
    const { summary, files } = await filesOf(suites['all cells failed'] as Made);
    expect(summary.verdict.outcome).toBe('none');
    expect(summary.verdict.sentence).toBe(
      'None of the 9 cells has finished; 9 ended without a result. There is no verdict.',
    );
    for (const ending of ['html', 'md', 'tex', 'csv']) {
      expect(files.get(`quickstart.${ending}`)?.includes('out of memory'), ending).toBe(true);
    }
  });

  it('a single seed: the difference without an interval or a p', async () => {
    const { summary } = await filesOf(suites['a single seed'] as Made);
    expect(summary.verdict.sentence).toMatch(
      /^With the one seed that both finished, sam lies .* one seed tells nothing about chance\./,
    );
    expect(summary.settings.every(({ testAccuracy }) => testAccuracy?.low === null)).toBe(true);
    expect(summary.settings.some(({ best }) => best)).toBe(false);
  });

  it('one arm: that nothing is compared', async () => {
    expect((await verdict('one arm')).sentence).toBe('The suite has one arm, adam; nothing is compared.');
  });

  it('no result and no cell: just that', async () => {
    expect((await verdict('no result yet')).sentence).toBe(
      'None of the 9 cells has run yet, so there is no verdict.',
    );
    expect((await verdict('zero cells')).sentence).toBe(
      'The suite plans no cells, so there is nothing to report.',
    );
  });

  it('equal arms: that no difference is established', async () => {
    const { outcome, sentence } = await verdict('equal arms');
    expect(outcome).toBe('unclear');
    expect(sentence).toMatch(/^sam and adam come out equal in each of 3 seeds/);
  });
});

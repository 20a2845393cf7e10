/** Arms of different optimizers that ended with the same weights, found by hand-made results and said in every format. */
import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/results/result.js';
import { filesOf, type Made, summaryOf } from './render.js';
import { quickstart } from './synthetic.js';

const seeds = [1, 2, 3, 4, 5, 6];

/** The results with the weights of `edit`, where it gives some. */
function withWeights(made: Made, edit: (result: CellResult) => string | undefined): Made {
  return {
    ...made,
    results: made.results.map((result) => {
      const weightsSha256 = edit(result);
      return result.final && weightsSha256
        ? { ...result, final: { ...result.final, weightsSha256 } }
        : result;
    }),
  };
}

/** SAM's weights are those of Adam at 20 epochs in all seeds of `equal`, as in the order of the blog. */
const twins = (equal = seeds) =>
  withWeights(quickstart(seeds), ({ arm, seed, settings }) =>
    (arm === 'sam' || settings.epochs === 20) && equal.includes(seed) ? `weights ${seed}` : undefined,
  );

const sentence =
  'sam and adam (20 epochs) ended with the same weights, bit for bit, in every seed (6 of 6): ' +
  'the sharpness-aware step of sam has no effect, and costs 2 times the gradient evaluations.';

describe('arms that ended with the same weights', () => {
  it('are found, with the seeds and the price', () => {
    const { twins: found, settings } = summaryOf(twins());
    const [adam, , sam] = settings.map(({ id }) => id);
    expect(found).toEqual([{ of: adam, settings: [sam], seeds, common: 6, evaluations: 2 }]);
  });

  it('are said in plain words in the summary, the page and the Markdown, before what the results cannot say', async () => {
    expect(summaryOf(twins()).findings).toEqual([sentence]);
    const { files } = await filesOf(twins());
    for (const kind of ['html', 'md']) {
      const text = (files.get(`quickstart.${kind}`) ?? '').replaceAll('\\', '');
      expect(text).toContain(sentence);
      expect(text.indexOf(sentence)).toBeLessThan(text.indexOf('What this cannot say'));
    }
  });

  it('are counted where only some seeds agree', () => {
    expect(summaryOf(twins([2, 5])).findings).toEqual([
      'sam and adam (20 epochs) ended with the same weights, bit for bit, in 2 of 6 seeds: ' +
        'the sharpness-aware step of sam had no effect there, and costs 2 times the gradient evaluations.',
    ]);
  });

  it('are no finding where the optimizer is the same and two budgets stopped at one epoch', () => {
    const stopped = withWeights(quickstart(seeds), ({ arm, seed }) =>
      arm === 'adam' ? `w ${seed}` : undefined,
    );
    expect(summaryOf(stopped)).toMatchObject({ twins: [], findings: [] });
  });

  it('are named with their closest twin alone', () => {
    // Adam at 40 epochs agrees in one seed only, which both budgets of Adam stopped early.
    const made = withWeights(twins(), ({ seed }) => (seed === 1 ? 'weights 1' : undefined));
    expect(summaryOf(made).findings[0]).toBe(sentence);
    const named = summaryOf(made).twins.flatMap(({ settings }) => settings);
    expect(new Set(named).size).toBe(named.length);
  });

  it('share one sentence where several settings have the same twin', () => {
    const grid = withWeights(quickstart(seeds, [0], [0.05, 0.1]), ({ arm, seed, settings }) =>
      arm === 'sam' || settings.epochs === 20 ? `weights ${seed}` : undefined,
    );
    expect(summaryOf(grid).findings).toEqual([
      'sam (rho 0.05), sam (rho 0.1) and adam (20 epochs) ended with the same weights, bit for bit, in every seed (6 of 6): ' +
        'the sharpness-aware step of sam (rho 0.05) and sam (rho 0.1) has no effect, and costs 2 times the gradient evaluations.',
    ]);
  });

  it('are named with their rule where the arm is called otherwise', () => {
    const made = twins();
    const rename = <Item extends { arm: string }>(item: Item): Item =>
      item.arm === 'sam' ? { ...item, arm: 'mended' } : item;
    const [said] = summaryOf({
      ...made,
      cells: made.cells.map(rename),
      results: made.results.map(rename),
    }).findings;
    expect(said).toContain(
      'the sharpness-aware step of mended, which is sam, has no effect, and costs 2 times',
    );
  });

  it('are looked for within a task, which the sentence names', () => {
    const tasks = withWeights(quickstart(seeds, [0, 0.4]), ({ arm, seed, settings }) =>
      settings.data.labelNoise === 0.4 && (arm === 'sam' || settings.epochs === 20) ? `w ${seed}` : undefined,
    );
    expect(summaryOf(tasks).findings).toHaveLength(1);
    expect(summaryOf(tasks).findings[0]).toMatch(
      /^sam \(labelNoise 0.4\) and adam \(labelNoise 0.4, 20 epochs\) ended/,
    );
  });

  it('need not agree between machines that differ', () => {
    const made = twins();
    const results = made.results.map((result) =>
      result.arm === 'sam' && result.seed === 6
        ? {
            ...result,
            environment: { ...result.environment, fingerprint: 'another' },
            final: result.final && { ...result.final, weightsSha256: 'other' },
          }
        : result,
    );
    expect(summaryOf({ ...made, results }).twins).toMatchObject([{ seeds: [1, 2, 3, 4, 5], common: 5 }]);
  });

  it('are none in results that differ', () => {
    expect(summaryOf(quickstart(seeds))).toMatchObject({ twins: [], findings: [] });
  });
});

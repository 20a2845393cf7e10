/** What the summary chooses, excludes, checks and says. */
import { describe, expect, it } from 'vitest';
import { findAxes } from '../../src/report/summarize/axes.js';
import type { CellResult } from '../../src/results/result.js';
import type { Cell } from '../../src/suite/cell.js';
import { type Made, summaryOf } from './render.js';
import { quickstart, resultOf } from './synthetic.js';

const seeds = [1, 2, 3, 4, 5, 6];

/** The results with some changed. */
function change(made: Made, where: (cell: Cell) => boolean, edit: (result: CellResult) => CellResult): Made {
  const cells = new Map(made.cells.map((cell) => [cell.id, cell]));
  return {
    ...made,
    results: made.results.map((result) => {
      const cell = cells.get(result.cell);
      return cell && where(cell) ? edit(result) : result;
    }),
  };
}

const accuracyOf = (result: CellResult, test: number, validation: number): CellResult => ({
  ...result,
  final: result.final && {
    ...result.final,
    test: { loss: 1, accuracy: test },
    validation: { loss: 1, accuracy: validation },
  },
});

describe('axes', () => {
  const at = (rho: number, labelNoise: number, epochs: number) => {
    const [cell] = quickstart([1], [labelNoise], [rho]).cells.filter(({ arm }) => arm === 'sam');
    if (!cell) throw new Error('no cell');
    return { ...cell, settings: { ...cell.settings, epochs } };
  };

  it('are the settings that vary within an arm, the task told from the tuned', () => {
    expect(findAxes([at(0.05, 0, 20), at(0.1, 0.4, 20)])).toEqual([
      { name: 'labelNoise', paths: ['data.labelNoise'], role: 'context' },
      { name: 'rho', paths: ['optimizer.rho'], role: 'tuned' },
    ]);
  });

  it('are not what only differs between arms, nor the epochs', () => {
    expect(findAxes(quickstart().cells)).toEqual([]);
    expect(findAxes([at(0.05, 0, 20), at(0.05, 0, 40)])).toEqual([]);
  });
});

describe('a suite that compares within an axis', () => {
  /** Adam and SAM in groups of 16 and 64 images, ordered so that the best group size of the one is not that of the other. */
  const grouped = (within: readonly string[]) => {
    const made = quickstart(seeds, [0], [0.05]);
    const at = (m: number) => (cell: Cell) => ({
      ...cell,
      id: cell.id.replace('-e', `-m${m}-e`),
      settings: { ...cell.settings, optimizer: { ...cell.settings.optimizer, m } },
    });
    const cells = [16, 64].flatMap((m) => made.cells.map(at(m)));
    const results = cells.map((cell) => {
      const { m } = cell.settings.optimizer;
      const best = (cell.arm === 'sam') === (m === 16);
      return accuracyOf(resultOf(cell, 0.5), best ? 0.6 : 0.5, best ? 0.6 : 0.5);
    });
    const compare = { ...made.suite.compare, within };
    return summaryOf({ ...made, suite: { ...made.suite, compare }, cells, results });
  };

  it('sets each value against the same value, as tasks of their own', () => {
    const { contexts, comparisons, axes } = grouped(['m']);
    expect(axes).toEqual([{ name: 'm', role: 'context' }]);
    expect(contexts.map(({ id }) => id)).toEqual(['m 16', 'm 64']);
    const primary = comparisons.filter(({ role }) => role === 'primary');
    expect(primary.map(({ context, difference }) => [context, difference.mean])).toEqual([
      ['m 16', expect.closeTo(0.1, 9)],
      ['m 64', expect.closeTo(-0.1, 9)],
    ]);
  });

  it('else lets each arm choose: the best of the one against the best of the other', () => {
    const { contexts, comparisons } = grouped([]);
    expect(contexts).toHaveLength(1);
    const primary = comparisons.filter(({ role }) => role === 'primary');
    expect(primary.map(({ difference }) => difference.mean)).toEqual([0]);
  });
});

describe('the choice of a setting', () => {
  it('follows validation, not test: the best on test may lose', () => {
    const made = quickstart(seeds, [0], [0.05, 0.2]);
    const swapped = change(
      made,
      ({ arm }) => arm === 'sam',
      (result) => {
        const flat = result.settings.optimizer.rho === 0.05;
        return accuracyOf(result, flat ? 0.6 : 0.7, flat ? 0.65 : 0.55);
      },
    );
    const { choices, settings } = summaryOf(swapped);
    const choice = choices.find(({ arm }) => arm === 'sam');
    expect(choice).toMatchObject({ by: 'validation', candidates: 2, edges: ['rho'] });
    expect(settings.find(({ id }) => id === choice?.setting)?.axes).toEqual({ rho: 0.05 });
  });

  it('compares with the better of the baseline’s budgets, even where that is the smaller one', () => {
    const made = change(
      quickstart(seeds),
      ({ arm, settings }) => arm === 'adam' && settings.epochs === 20,
      (result) => accuracyOf(result, 0.6, 0.62),
    );
    const primary = summaryOf(made).comparisons.find(({ role }) => role === 'primary');
    expect(primary?.baseline).toBe('adam-e20');
    expect(
      summaryOf(made)
        .comparisons.filter(({ role }) => role === 'budget')
        .map(({ baseline }) => baseline),
    ).toEqual(['adam-e40']);
  });

  it('says where one arm chooses from more settings than the other, budgets apart, and whom that favours', () => {
    const said = (rhos: number[]) =>
      summaryOf(quickstart(seeds, [0], rhos)).verdict.limits.filter((limit) => limit.includes('trials'));
    expect(said([0.05, 0.1, 0.2])).toEqual([
      'The trials are unequal: sam chooses from 3 settings and adam from 1, budgets apart, which favours sam.',
    ]);
    expect(said([0.05])).toEqual([]);
  });

  it('without validation data takes the largest budget, and says when it had to look at test', () => {
    const blind = (made: Made) =>
      change(
        made,
        () => true,
        (result) => ({ ...result, final: result.final && { ...result.final, validation: null } }),
      );
    expect(summaryOf(blind(quickstart(seeds))).choices.find(({ arm }) => arm === 'adam')).toMatchObject({
      by: 'budget',
      setting: 'adam-e40',
    });
    const { choices, verdict } = summaryOf(blind(quickstart(seeds, [0], [0.05, 0.2])));
    expect(choices.find(({ arm }) => arm === 'sam')?.by).toBe('test');
    expect(verdict.limits.join(' ')).toContain('the settings of sam were chosen on the test data');
  });

  it('does not fall for a lucky setting with less than half of the seeds', () => {
    const made = quickstart(seeds, [0], [0.05, 0.2]);
    const lucky = change(
      made,
      ({ arm, settings, seed }) => arm === 'sam' && settings.optimizer.rho === 0.2 && seed === 1,
      (result) => accuracyOf(result, 0.99, 0.99),
    );
    const results = lucky.results.filter(
      (result) => result.settings.optimizer.rho !== 0.2 || result.seed === 1,
    );
    expect(summaryOf({ ...lucky, results }).choices.find(({ arm }) => arm === 'sam')?.setting).toBe(
      'sam-rho0.05-e20',
    );
  });
});

describe('cells of several machines', () => {
  const elsewhere = change(
    quickstart(seeds),
    ({ seed }) => seed > 4,
    (result) => ({
      ...result,
      environment: { ...result.environment, fingerprint: 'eeeeeeeeeeee', cpu: 'another' },
      time: { ...result.time, trainSeconds: 1e6 },
    }),
  );

  it('are left out of all means but those of most cells, and counted', () => {
    const { counts, settings, verdict } = summaryOf(elsewhere);
    expect(counts).toMatchObject({ planned: 18, finished: 18, excluded: 6 });
    expect(settings.every(({ testAccuracy }) => testAccuracy?.n === 4)).toBe(true);
    expect(verdict.limits.join(' ')).toContain('6 finished cells are left out of all means');
  });

  it('are pooled for accuracy where the suite allows it, marked, and never for time', () => {
    const pooling = {
      ...elsewhere,
      suite: { ...elsewhere.suite, compare: { ...elsewhere.suite.compare, poolFingerprints: true } },
    };
    const { counts, settings } = summaryOf(pooling);
    expect(counts.excluded).toBe(0);
    expect(settings.every(({ testAccuracy, pooled }) => testAccuracy?.n === 6 && pooled)).toBe(true);
    expect(settings.every(({ trainSeconds }) => (trainSeconds ?? 1e6) < 1e5)).toBe(true);
  });

  it('of other data are left out whatever the suite allows', () => {
    const other = change(
      quickstart(seeds),
      ({ seed }) => seed === 6,
      (result) => ({
        ...result,
        provenance: { ...result.provenance, dataSha256: 'other' },
      }),
    );
    const pooling = {
      ...other,
      suite: { ...other.suite, compare: { ...other.suite.compare, poolFingerprints: true } },
    };
    expect(summaryOf(pooling).counts.excluded).toBe(3);
  });
});

describe('times', () => {
  it('of cells that ran beside others count only where there are no others, and are marked then', () => {
    const beside = change(
      quickstart(seeds),
      ({ seed }) => seed > 1,
      (result) => ({
        ...result,
        time: { ...result.time, trainSeconds: 1e6, contended: true },
      }),
    );
    const mixed = summaryOf(beside).settings;
    expect(mixed.every(({ contended, trainSeconds }) => !contended && (trainSeconds ?? 1e6) < 1e5)).toBe(
      true,
    );
    const all = change(
      quickstart(seeds),
      () => true,
      (result) => ({ ...result, time: { ...result.time, contended: true } }),
    );
    expect(summaryOf(all).settings.every(({ contended }) => contended)).toBe(true);
  });

  it('of a step hold for settings alone whose steps cost what the timed one does', () => {
    const made = quickstart(seeds, [0], [0.05, 0.1]);
    const cells = made.cells.map((cell) =>
      cell.settings.optimizer.rho === 0.05
        ? { ...cell, settings: { ...cell.settings, optimizer: { ...cell.settings.optimizer, m: 16 } } }
        : cell,
    );
    const known = summaryOf({ ...made, cells }).settings.map(({ arm, axes, stepMilliseconds }) => [
      arm,
      axes.rho ?? null,
      stepMilliseconds !== null,
    ]);
    expect(known).toEqual([
      ['adam', null, true],
      ['adam', null, true],
      ['sam', 0.05, false],
      ['sam', 0.1, true],
    ]);
  });

  it('of a step are compared round by round', () => {
    const arms = summaryOf(quickstart(seeds)).timing?.arms;
    expect(arms?.[0]?.ratio).toBeNull();
    expect(arms?.[1]?.ratio).toMatchObject({ n: 5 });
    expect(arms?.[1]?.ratio?.mean).toBeCloseTo(2, 1);
  });
});

describe('the best setting', () => {
  it('is none where the paired interval includes zero', () => {
    const close = change(
      quickstart([1, 2, 3]),
      () => true,
      (result) => accuracyOf(result, 0.5 + 0.01 * (result.seed % 2) * (result.arm === 'sam' ? 1 : 2), 0.5),
    );
    expect(summaryOf(close).settings.some(({ best }) => best)).toBe(false);
  });

  it('is one in each task at most', () => {
    const { settings } = summaryOf(quickstart(seeds, [0, 0.4], [0.05, 0.1]));
    expect(settings.filter(({ best }) => best).map(({ context }) => context)).toEqual([
      'labelNoise 0',
      'labelNoise 0.4',
    ]);
  });
});

describe('equal compute', () => {
  it('is confirmed from the plan and from what ran', () => {
    expect(summaryOf(quickstart(seeds)).compute).toMatchObject({ equal: true });
  });

  it('is denied where a cell spent something else than was planned', () => {
    const more = change(
      quickstart(seeds),
      ({ arm }) => arm === 'sam',
      (result) => ({
        ...result,
        budget: { ...result.budget, gradientEvaluations: result.budget.gradientEvaluations * 2 },
      }),
    );
    const { compute, verdict } = summaryOf(more);
    expect(compute.equal).toBe(false);
    expect(verdict.limits[0]).toContain('The arms did not get equal compute.');
  });

  it('is denied where the plan itself is unequal, naming arm and number', () => {
    const made = quickstart(seeds);
    const cells = made.cells.filter(({ settings }) => settings.epochs === 20);
    const { compute } = summaryOf({ ...made, cells });
    expect(compute).toMatchObject({ equal: false });
    expect(compute.sentence).toContain('adam has 640');
  });

  it('is denied where the plan is unequal in one task of several', () => {
    const made = quickstart(seeds, [0, 0.4]);
    const cells = made.cells.filter(
      ({ arm, settings }) => arm === 'sam' || settings.epochs === 40 || settings.data.labelNoise === 0,
    );
    expect(summaryOf({ ...made, cells }).compute.equal).toBe(true);
    const short = made.cells.filter(
      ({ arm, settings }) => arm === 'sam' || settings.epochs === 20 || settings.data.labelNoise === 0,
    );
    const { compute } = summaryOf({ ...made, cells: short });
    expect(compute.equal).toBe(false);
    expect(compute.sentence).toContain('adam has 640');
  });
});

describe('checks and findings', () => {
  it('find seeds whose arms began with other weights', () => {
    const broken = change(
      quickstart(seeds),
      ({ arm, seed }) => arm === 'sam' && seed === 3,
      (result) => ({
        ...result,
        provenance: { ...result.provenance, initSha256: 'other' },
      }),
    );
    const { checks, verdict } = summaryOf(broken);
    expect(checks.find(({ passed }) => passed === false)?.detail).toContain('Broken for seed 3');
    expect(verdict.limits.join(' ')).toContain('A check failed. Same initial weights');
  });

  it('find arms of a seed whose first batch has another loss, by one bit where one machine made them', () => {
    const bit = 2 ** -22;
    const firstLoss = (environment: Partial<CellResult['environment']>, by: number) => {
      const changed = change(
        quickstart(seeds),
        ({ arm, seed }) => arm === 'sam' && seed === 3,
        (result) => ({
          ...result,
          environment: { ...result.environment, ...environment },
          ...(result.checks && {
            checks: { ...result.checks, firstBatchLoss: (result.checks.firstBatchLoss ?? 0) + by },
          }),
        }),
      );
      const compare = { ...changed.suite.compare, poolFingerprints: true };
      const { checks } = summaryOf({ ...changed, suite: { ...changed.suite, compare } });
      return checks.find(({ name }) => name.startsWith('Same loss'));
    };
    expect(firstLoss({}, 0)?.passed).toBe(true);
    expect(firstLoss({}, bit)?.passed).toBe(false);
    expect(firstLoss({ fingerprint: 'another' }, bit)?.passed).toBe(true);
    expect(firstLoss({ fingerprint: 'another' }, 0.001)?.passed).toBe(false);
  });

  it('find a gradient taken where the step began although a perturbation was declared', () => {
    const idle = change(
      quickstart(seeds),
      ({ arm }) => arm === 'sam',
      (result) => ({
        ...result,
        ...(result.checks ? { checks: { ...result.checks, appliedNorm: 0 } } : {}),
      }),
    );
    expect(summaryOf(idle).findings.join()).toContain(
      'sam computes a perturbation but takes its last gradient at the weights where the step began (6 cells)',
    );
    expect(summaryOf(quickstart(seeds)).findings).toEqual([]);
  });

  it('name all settings of one finding in one sentence', () => {
    const idle = change(
      quickstart(seeds, [0], [0.05, 0.1]),
      ({ arm }) => arm === 'sam',
      (result) => ({ ...result, ...(result.checks && { checks: { ...result.checks, appliedNorm: 0 } }) }),
    );
    expect(summaryOf(idle).findings).toEqual([
      expect.stringMatching(
        /^sam \(rho 0\.05\) and sam \(rho 0\.1\) compute a perturbation but take .*\(12 cells\)/,
      ),
    ]);
  });

  it('find batch norm on moving statistics that no step moves', () => {
    const frozen = change(
      quickstart(seeds),
      ({ arm }) => arm === 'sam',
      (result) => ({ ...result, ...(result.checks && { checks: { ...result.checks, statisticsMoves: 0 } }) }),
    );
    expect(summaryOf(frozen).findings).toEqual([
      expect.stringMatching(/^sam normalizes by moving statistics that no step moves \(6 cells\): mean 0/),
    ]);
  });
});

describe('the setting in bold', () => {
  it('is one that stands for its arm, however well another does on test', () => {
    const made = quickstart(seeds, [0], [0.05, 0.1]);
    const [other] = summaryOf(made).settings.filter(({ arm, chosen }) => arm === 'sam' && !chosen);
    const ids = new Set(
      made.results
        .filter(({ arm, settings }) => arm === 'sam' && other?.label.includes(String(settings.optimizer.rho)))
        .map(({ cell }) => cell),
    );
    const lucky = change(
      made,
      ({ id }) => ids.has(id),
      (result) => accuracyOf(result, 0.999, result.final?.validation?.accuracy ?? 0),
    );
    const { settings } = summaryOf(lucky);
    const highest = settings.find(({ testAccuracy }) => (testAccuracy?.mean ?? 0) > 0.99);
    expect([highest?.chosen, highest?.best]).toEqual([false, false]);
    expect(settings.filter(({ best }) => best).every(({ chosen }) => chosen)).toBe(true);
  });
});

describe('the verdict', () => {
  it('beats only where the interval excludes zero and six seeds allow p < 0.05', () => {
    const six = summaryOf(quickstart(seeds)).verdict;
    expect(six.outcome).toBe('better');
    expect(six.sentence).toMatch(
      /^sam beats adam by \d\.\d\d points of test accuracy \(95 % interval .*, 6 seeds, exact p = 0\.031\)/,
    );
    const five = summaryOf(quickstart([1, 2, 3, 4, 5])).verdict;
    expect(five.outcome).toBe('leans better');
    expect(five.limits[0]).toContain(
      '5 seeds are too few for p < 0.05: an exact paired test of 5 cannot go below 0.063',
    );
  });

  it('turns round when the arms do', () => {
    const made = quickstart(seeds);
    const turned = { ...made, suite: { ...made.suite, compare: { baseline: 'sam', candidate: 'adam' } } };
    expect(summaryOf(turned).verdict.outcome).toBe('worse');
  });

  it('rests on the baseline alone, beside which the candidate is compared with controls', () => {
    const made = quickstart(seeds);
    // A third arm that does exactly as well as the baseline at its largest budget.
    const renamed = <Item extends { arm: string; settings: Cell['settings'] }>(
      items: readonly Item[],
      id: keyof Item,
    ) =>
      items
        .filter(({ arm, settings }) => arm === 'adam' && settings.epochs === 40)
        .map((item) => ({ ...item, [id]: `control-${item[id]}`, arm: 'control' }));
    const withControl = {
      ...made,
      suite: { ...made.suite, compare: { ...made.suite.compare, controls: ['control'] } },
      cells: [...made.cells, ...renamed(made.cells, 'id')],
      results: [...made.results, ...renamed(made.results, 'cell')],
    };
    const { comparisons, verdict } = summaryOf(withControl);
    const primary = comparisons.find(({ role }) => role === 'primary');
    const others = comparisons.filter(({ role }) => role === 'other');
    expect(verdict.sentence).toBe(summaryOf(made).verdict.sentence);
    expect(others.map(({ difference }) => difference.mean)).toEqual([0, primary?.difference.mean]);
    expect(others[1]?.candidate).toBe(primary?.candidate);
  });

  it('prefers less where the metric is a loss', () => {
    const made = quickstart(seeds);
    const loss = {
      ...made,
      suite: { ...made.suite, compare: { baseline: 'adam', candidate: 'sam', metric: 'loss' as const } },
    };
    const { verdict, comparisons } = summaryOf(loss);
    expect(comparisons[0]?.difference.mean).toBeLessThan(0);
    expect(verdict.outcome).toBe('better');
    expect(verdict.sentence).toContain('of test loss');
  });

  it('says of leaking selection that it leaks', () => {
    const made = quickstart(seeds);
    const leak = <Item extends { settings: Cell['settings'] }>(item: Item): Item => ({
      ...item,
      settings: { ...item.settings, select: 'test' },
    });
    const { verdict, settings } = summaryOf({
      ...made,
      cells: made.cells.map(leak),
      results: made.results.map(leak),
    });
    expect(settings.every(({ leaking }) => leaking)).toBe(true);
    expect(verdict.limits[0]).toContain('were selected on the test data');
  });

  it('says that an arm that leaks leaves a comparison of two others alone', () => {
    const made = quickstart(seeds);
    const third = <Item extends Cell | CellResult>(item: Item): Item => ({
      ...item,
      ...('id' in item ? { id: `third-${item.id}` } : { cell: `third-${item.cell}` }),
      arm: 'third',
      settings: { ...item.settings, select: 'test' },
    });
    const { verdict } = summaryOf({
      ...made,
      cells: [...made.cells, ...made.cells.filter(({ arm }) => arm === 'sam').map(third)],
      results: [...made.results, ...made.results.filter(({ arm }) => arm === 'sam').map(third)],
    });
    expect(verdict.limits[0]).toBe(
      'The weights of third were selected on the test data, so these accuracies are too high and say nothing beside those of sam and adam, which were not.',
    );
  });

  it('of an unclear comparison says what it would have missed', () => {
    const close = change(
      quickstart(seeds),
      () => true,
      (result) =>
        accuracyOf(result, 0.5 + 0.01 * Math.sin(result.seed * (result.arm === 'sam' ? 3 : 5)), 0.5),
    );
    const { verdict } = summaryOf(close);
    expect(verdict.outcome).toBe('unclear');
    expect(verdict.limits.join(' ')).toMatch(/a true difference below \d\.\d\d points would be missed/);
  });

  it('says over several tasks as well that each arm stands at the better of its budgets', () => {
    const { verdict } = summaryOf(quickstart(seeds, [0, 0.4]));
    expect(verdict.sentence).toMatch(
      / Compared in each task: each arm at its best setting on validation, of several budgets the better one\.$/,
    );
  });

  it('corrects for the number of tasks that are asked about', () => {
    const { comparisons, verdict } = summaryOf(quickstart(seeds, [0, 0.2, 0.4]));
    expect(comparisons.filter(({ role }) => role === 'primary').map(({ p, holmP }) => [p, holmP])).toEqual(
      Array(3).fill([0.03125, 0.09375]),
    );
    expect(verdict.outcome).toBe('leans better');
    expect(verdict.limits[0]).toContain('6 seeds are too few for p < 0.05 among 3 comparisons');
  });
});

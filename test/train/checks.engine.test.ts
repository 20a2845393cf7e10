import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor } from '../../src/engine/program.js';
import { tf } from '../../src/engine/tensorflow.js';
import { sharpness } from '../../src/optimizer/registry.js';
import type { SharpnessRule } from '../../src/optimizer/rule.js';
import { sam } from '../../src/optimizer/sharpness/sam.js';
import { defectOfResult } from '../../src/results/schema.js';
import { tolerances } from '../../src/results/tolerances.js';
import type { SharpnessSettings } from '../../src/suite/cell.js';
import type { LossOf } from '../../src/train/group-gradient.js';
import { reportStep, runStep } from '../../src/train/run-step.js';
import { useEngine } from '../engine/engine.js';
import { settingsOf } from '../optimizer/any-rule.js';
import { toAdd } from '../optimizer/part-of-sambench.js';
import { cellOf, resultOf } from './cell.js';
import { aware, base, randomBatch, smallStep } from './small-step.js';

useEngine({ threads: 1 });

const adam = { name: 'adam', learningRate: 0.001 };
const over = (name: string, settings: Record<string, unknown> = {}) => ({
  name,
  rho: 0.05,
  base: adam,
  ...settings,
});

const unperturbed = { perturbationNorm: null, appliedNorm: null, ascentShare: null, meanCosine: null };

/** Runs `act` while a rule is another one. */
async function whileRuleIs<T>(
  name: string,
  planted: Partial<SharpnessRule>,
  act: () => Promise<T>,
): Promise<T> {
  const rules = sharpness as Record<string, SharpnessRule>;
  const right = rules[name];
  if (!right) throw new Error(`there is no rule ${name}`);
  rules[name] = { ...right, ...planted };
  try {
    return await act();
  } finally {
    rules[name] = right;
  }
}

describe('a rule with a mistake', () => {
  const { gradient } = sam;

  it.each<[string, Partial<SharpnessRule>, string]>([
    [
      'perturbs twice as far',
      {
        gradient: (at, parameters, context) =>
          gradient(at, parameters, { ...context, settings: { ...context.settings, rho: 0.1 } }),
      },
      'the perturbation of the weights is not as long as the optimizer says',
    ],
    [
      'takes its second gradient at w',
      { gradient: (at, parameters, context) => gradient(() => at(parameters), parameters, context) },
      'the last gradient of a step was not taken where the optimizer says',
    ],
    [
      'takes a third gradient',
      {
        gradient: (at, parameters, context) => {
          const given = gradient(at, parameters, context);
          at(tf().add(parameters, given.perturbation));
          return given;
        },
      },
      'the cell took other gradients than planned',
    ],
  ])('fails the cell when it %s', async (_name, planted, problem) => {
    const failing = whileRuleIs('sam', planted, () => resultOf(cellOf(over('sam'))));
    await expect(failing).rejects.toMatchObject({
      code: 'invariant-violated',
      message: expect.stringContaining(problem),
    });
  });
});

describe('the moving statistics that a step tells', () => {
  const statisticsOf = (program: { read(): Record<string, HostTensor> }) =>
    Float32Array.from(program.read().statistics?.values ?? []);

  it.each([
    ['a whole batch, compiled', {}, compileProgram],
    ['groups, compiled', { m: 4 }, compileProgram],
    ['moving statistics, compiled', { bn: 'moving' }, compileProgram],
    ['a whole batch, operation by operation', {}, runEagerly],
    ['groups, operation by operation', { m: 4 }, runEagerly],
  ])('are those that it began with, not those that it left: %s', (_name, settings, start) => {
    const step = smallStep(aware('sam', base('adam'), settings));
    const program = start(step.program(1));
    for (const index of [0, 1, 2]) {
      const before = statisticsOf(program);
      const report = reportStep(program, step, randomBatch(index), 0.01, { seed: 1, step: index });
      expect(report.statisticsFound).toEqual(before);
      if (step.movesStatistics) expect(statisticsOf(program)).not.toEqual(before);
    }
    program.dispose();
  });
});

/** The loss of a rule in the table of docs/checks.md; rules without a row there have that of all images at w. */
function lossInPage(name: string): LossOf {
  const page = readFileSync(new URL('../../docs/checks.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('## What the training loss is');
  const row = section.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
  const [images = 'all', weights = 'w'] = (row ?? '')
    .split('|')
    .slice(2)
    .map((cell) => cell.trim());
  return {
    images: images.startsWith('all') ? 'all' : 'part',
    weights: weights.startsWith('w + e') ? 'perturbed' : 'w',
  };
}

describe('the training loss', () => {
  const sgd = base('sgd');
  const optimizers = Object.values(sharpness).map((rule) => {
    const settings = { ...settingsOf(rule, { rho: 0.05 }), m: null };
    return [rule.name, { name: rule.name, ...settings, base: sgd } as SharpnessSettings] as const;
  });

  it.each([['sgd', sgd] as const, ...optimizers])(
    'with %s is that of the images at the weights that docs/checks.md says',
    (name, optimizer) => {
      const step = smallStep(optimizer, { model: { name: 'mlp', width: 8 } });
      const program = runEagerly(step.program(1));
      expect(step.lossOf('whole')).toBeNull();
      for (const index of [0, 1]) runStep(program, step, randomBatch(index), 0.01, { seed: 1, step: index });
      program.dispose();
      const expected = lossInPage(name);
      const missing = toAdd('docs/checks.md', `Add what the training loss with ${name} is to the table`);
      expect(step.lossOf('whole'), missing).toEqual(expected);
      if (step.cycle > 1) expect(step.lossOf('light'), missing).toEqual(expected);
    },
  );
});

describe('the checks of a cell', () => {
  it.each([
    ['adam', adam, 6, unperturbed],
    ['adam in groups', { ...adam, m: 4 }, 6, unperturbed],
    ['sam', over('sam'), 12, { perturbationNorm: { expected: 0.05 } }],
    ['sam in groups', over('sam', { m: 4 }), 12, { perturbationNorm: { expected: 0.05 } }],
    ['sam on moving statistics', over('sam', { bn: 'moving' }), 12, { statisticsMoves: 0 }],
    ['sam-as-published', over('sam-as-published'), 12, { appliedNorm: 0, meanCosine: expect.closeTo(1, 5) }],
    ['asam', over('asam'), 12, { perturbationNorm: null, appliedNorm: expect.any(Number) }],
    ['gsam', over('gsam'), 12, { perturbationNorm: { expected: 0.05 } }],
    ['fsam', over('fsam'), 12, { perturbationNorm: { expected: 0.05 } }],
    ['msam', over('msam'), 6, { meanCosine: null, ascentShare: null }],
    ['looksam', over('looksam', { k: 4 }), 8, { perturbationNorm: { expected: 0.05 } }],
    ['looksam in groups', over('looksam', { k: 4, m: 8 }), 8, { perturbationNorm: { expected: 0.05 } }],
    ['esam', over('esam', { fraction: 0.5 }), 9, { firstBatchLoss: null, ascentShare: null }],
    ['random', over('random'), 12, { perturbationNorm: { expected: 0.05 } }],
  ])('hold for %s', async (_name, optimizer, evaluations, expected) => {
    const cell = cellOf(optimizer);
    const result = await resultOf(cell);
    expect(result.status).toBe('finished');
    expect(defectOfResult(JSON.parse(JSON.stringify(result)))).toBeNull();
    expect(cell.budget.gradientEvaluations).toBe(evaluations);
    expect(result.budget).toEqual(cell.budget);
    expect(result.checks).toMatchObject({
      gradientEvaluations: { planned: evaluations, counted: evaluations },
      weightsRestored: true,
      ...(optimizer === adam ? { statisticsMoves: 1 } : {}),
      ...expected,
    });
  });

  it.each([
    ['resnet8', {}],
    ['resnet8 in groups', { m: 4 }],
    ['resnet8 on moving statistics', { bn: 'moving' }],
  ])(
    'give arms of one seed the same loss of the first batch to the bit, and nearly so eagerly: %s',
    async (_name, ways) => {
      const optimizers = [
        ...[
          adam,
          { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, decay: 'loss', clipNorm: 1 },
        ],
        ...[over('sam'), over('sam-as-published'), over('asam'), over('gsam'), over('fsam'), over('msam')],
        ...[over('looksam'), over('random'), over('esam', { fraction: 1 })],
      ];
      const losses: unknown[] = [];
      for (const optimizer of optimizers) {
        const { checks } = await resultOf(cellOf({ ...optimizer, ...ways }, { epochs: 1 }));
        losses.push(checks?.firstBatchLoss);
      }
      const eagerly = await resultOf(cellOf({ ...over('sam'), ...ways }, { epochs: 1 }), { eager: true });
      expect(losses[0]).toEqual(expect.any(Number));
      expect(new Set(losses).size).toBe(1);
      // Compiled steps add up in another order.
      const [loss, eagerLoss] = [losses[0], eagerly.checks?.firstBatchLoss] as [number, number];
      expect(Math.abs(eagerLoss - loss)).toBeLessThan(tolerances.firstBatchLoss);
      expect(eagerly.provenance.eager).toBe(true);
    },
  );

  it('see every step of a cell that was interrupted', async () => {
    const cell = cellOf(over('looksam', { k: 4 }));
    const [whole, resumed] = [await resultOf(cell), await resultOf(cell, { stopAfter: 2 })];
    expect(resumed.final?.weightsSha256).toBe(whole.final?.weightsSha256);
    expect(resumed.checks).toEqual(whole.checks);
  });

  it('keep the means of an epoch to the steps that have them', async () => {
    const { history } = await resultOf(cellOf(over('looksam', { k: 3 })));
    expect(history[0]?.perturbationNorm).toBeCloseTo(0.05, 6);
    expect(history[0]?.gradientCosine).toEqual(expect.any(Number));
  });
});

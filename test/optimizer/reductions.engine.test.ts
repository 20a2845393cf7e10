/** Rules that become another one at the end of their range, bit for bit, as compiled steps of a network. */
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor } from '../../src/engine/program.js';
import { sharpness } from '../../src/optimizer/registry.js';
import type { OptimizerSettings } from '../../src/suite/cell.js';
import { runStep } from '../../src/train/run-step.js';
import { useEngine } from '../engine/engine.js';
import { base, randomBatch, smallStep } from '../train/small-step.js';
import { settingsOf } from './any-rule.js';
import { differing } from './equalities.js';

useEngine({ threads: 1 });

const sgd = base('sgd', { momentum: 0.9 });
const over = (name: string, settings: Record<string, unknown>, own = sgd) =>
  ({ name, rho: 0.05, m: null, bn: 'batch', ...settings, base: own }) as OptimizerSettings;

/** The state after `steps` steps of seed 1. */
function stateAfter(
  optimizer: OptimizerSettings,
  { steps = 4, seed = 1, start = compileProgram as typeof runEagerly } = {},
): Record<string, HostTensor> {
  const step = smallStep(optimizer);
  const program = start(step.program(1));
  for (let index = 0; index < steps; index++)
    runStep(program, step, randomBatch(index), 0.01, { seed, step: index });
  const state = program.read();
  program.dispose();
  return state;
}

/** Weights and the base's own state, which the rules leave to it. */
function shared(state: Record<string, HostTensor>): Record<string, number[]> {
  const kept = Object.entries(state).filter(([name]) => !name.startsWith('rule.'));
  return Object.fromEntries(kept.map(([name, { values }]) => [name, Array.from(values)]));
}

describe('rules at the end of their range', () => {
  const ofSam = () => shared(stateAfter(over('sam', {})));

  it.each([
    ['gsam with alpha 0', over('gsam', { alpha: 0 })],
    ['fsam with sigma 0', over('fsam', { sigma: 0, lambda: 0.9 })],
    ['looksam with k 1', over('looksam', { k: 1, alpha: 0.7 })],
    ['esam with fraction 1', over('esam', { fraction: 1 })],
  ])('%s is sam', (_name, optimizer) => {
    expect(shared(stateAfter(optimizer))).toEqual(ofSam());
  });

  it('esam with rho 0 gives the base its own gradient, but the statistics of its part of the batch', () => {
    const part = shared(stateAfter(over('esam', { rho: 0, fraction: 0.5 })));
    const alone = shared(stateAfter(sgd));
    expect(part.parameters).toEqual(alone.parameters);
    expect(part.statistics).not.toEqual(alone.statistics);
  });

  it('looksam with alpha 0 is the base in its light steps', () => {
    const looked = over('looksam', { rho: 0, k: 3, alpha: 0 });
    expect(shared(stateAfter(looked))).toEqual(shared(stateAfter(sgd)));
  });

  it('msam keeps the velocity of an sgd of the same momentum', () => {
    const state = stateAfter(over('msam', { momentum: 0.9 }));
    expect(state['rule.velocity']?.values).toEqual(state['base.velocity']?.values);
  });

  it.each([
    ['gsam', over('gsam', { alpha: 0.5 })],
    ['fsam', over('fsam', { sigma: 1, lambda: 0.9 })],
    ['looksam', over('looksam', { k: 2, alpha: 0.5 })],
    ['esam', over('esam', { fraction: 0.5 })],
    ['msam', over('msam', { momentum: 0.9 })],
    ['random', over('random', {})],
  ])('%s inside its range is not sam', (_name, optimizer) => {
    expect(shared(stateAfter(optimizer)).parameters).not.toEqual(ofSam().parameters);
  });
});

describe('a perturbation of length 0', () => {
  // LookSAM keeps g - (g.g / |g|²) g, which is exactly nothing, so its light steps hand on g.
  it.each([
    ['sam', over('sam', { rho: 0 })],
    ['sam-as-published', over('sam-as-published', { rho: 0 })],
    ['asam', over('asam', { rho: 0, eta: 0.01, scope: ['kernel', 'gamma'] })],
    ['gsam', over('gsam', { rho: 0, alpha: 0.5 })],
    ['fsam', over('fsam', { rho: 0, sigma: 1, lambda: 0.9 })],
    ['msam', over('msam', { rho: 0, momentum: 0.9 })],
    ['random', over('random', { rho: 0 })],
    ['looksam', over('looksam', { rho: 0, k: 3, alpha: 0.7 })],
    ['esam over the whole batch', over('esam', { rho: 0, fraction: 1 })],
  ])('makes %s its base, statistics included', (_name, optimizer) => {
    expect(shared(stateAfter(optimizer))).toEqual(shared(stateAfter(sgd)));
  });
});

describe('sam as published', () => {
  const adam = base('adam');

  it.each([0, 0.05, 0.5, 20])('over adam is adam with rho %s', (rho) => {
    expect(shared(stateAfter(over('sam-as-published', { rho }, adam)))).toEqual(shared(stateAfter(adam)));
  });

  it('over adam in groups is adam in those groups', () => {
    const inGroups = over('sam-as-published', { m: 4 }, adam);
    expect(shared(stateAfter(inGroups))).toEqual(shared(stateAfter({ ...adam, m: 4 })));
    expect(shared(stateAfter(inGroups)).parameters).not.toEqual(shared(stateAfter(adam)).parameters);
  });
});

describe('adaptive SAM', () => {
  it('with nothing in its scope is sam', () => {
    const unscaled = over('asam', { rho: 0.05, eta: 0.01, scope: [] });
    expect(shared(stateAfter(unscaled))).toEqual(shared(stateAfter(over('sam', {}))));
  });
});

describe('a base', () => {
  it('adamw without decay is adam, and a decay of 0 inside the loss is none', () => {
    const ofAdam = shared(stateAfter(base('adam')));
    expect(shared(stateAfter(base('adamw', { weightDecay: 0 })))).toEqual(ofAdam);
    expect(shared(stateAfter(base('adam', { decay: 'loss' })))).toEqual(ofAdam);
  });
});

describe('groups as large as the batch', () => {
  // Four steps have two cycles of LookSAM.
  const own: Record<string, Record<string, unknown>> = { looksam: { k: 2 } };

  const rules = Object.values(sharpness).map((rule) => [rule.name, rule] as const);

  it.each(rules)('make no difference to %s: m of the batch, or more, is no m', (_name, rule) => {
    const settings = settingsOf(rule, { rho: 0.05, ...own[rule.name] });
    const [whole, batch, more] = [null, 8, 16].map((m) => stateAfter(over(rule.name, { ...settings, m })));
    expect(differing(batch ?? {}, whole ?? {})).toEqual([]);
    expect(differing(more ?? {}, whole ?? {})).toEqual([]);
  });

  it('make no difference to a base', () => {
    expect(differing(stateAfter({ ...sgd, m: 8 }), stateAfter(sgd))).toEqual([]);
  });
});

describe('random directions', () => {
  it('are those of the seed and the step', () => {
    const optimizer = over('random', {});
    const first = shared(stateAfter(optimizer));
    expect(shared(stateAfter(optimizer))).toEqual(first);
    expect(shared(stateAfter(optimizer, { seed: 2 })).parameters).not.toEqual(first.parameters);
  });

  it('are the same when run operation by operation', () => {
    const optimizer = over('random', { rho: 2 });
    const [compiled, eager] = [
      stateAfter(optimizer, { steps: 1 }),
      stateAfter(optimizer, { steps: 1, start: runEagerly }),
    ];
    eager.parameters?.values.forEach((value, at) => {
      expect(compiled.parameters?.values[at]).toBeCloseTo(value, 4);
    });
  });
});

describe('a batch in groups', () => {
  const inGroups = (name: string, settings: Record<string, unknown>, m: number | null) => {
    const step = smallStep(over(name, { ...settings, m }), { model: { name: 'mlp', width: 16 } });
    const program = compileProgram(step.program(1));
    for (let index = 0; index < 4; index++)
      runStep(program, step, randomBatch(index), 0.01, { seed: 1, step: index });
    const state = program.read();
    program.dispose();
    return state;
  };

  it.each([
    ['fsam', { sigma: 1, lambda: 0.9 }, 'rule.meanGradient'],
    ['msam', { momentum: 0.9 }, 'rule.velocity'],
  ])('moves the state of %s once a step, by the mean over the groups', (name, settings, entry) => {
    // With rho 0 every gradient is taken at w, so that the mean over the groups is the gradient of the batch.
    const [whole, cut] = [
      inGroups(name, { ...settings, rho: 0 }, null),
      inGroups(name, { ...settings, rho: 0 }, 2),
    ];
    const expected = whole[entry]?.values ?? [];
    expect(expected.length).toBeGreaterThan(0);
    cut[entry]?.values.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 5);
    });
  });

  it('gives msam the same weights as the whole batch: its direction is no matter of the batch', () => {
    const [whole, cut] = [inGroups('msam', { momentum: 0.9 }, null), inGroups('msam', { momentum: 0.9 }, 2)];
    cut.parameters?.values.forEach((value, at) => {
      expect(value).toBeCloseTo(whole.parameters?.values[at] ?? Number.NaN, 5);
    });
  });

  it('keeps the state of looksam through its light steps', () => {
    const optimizer = { k: 4, alpha: 0.7, m: 3 };
    const step = smallStep(over('looksam', optimizer), { model: { name: 'mlp', width: 16 }, batch: 9 });
    const program = compileProgram(step.program(1));
    const states = [0, 1, 2].map((index) => {
      runStep(program, step, randomBatch(index, 9), 0.01, { seed: 1, step: index });
      return program.read()['rule.across']?.values;
    });
    program.dispose();
    expect(states[2]).toEqual(states[0]);
    expect(Math.max(...Array.from(states[0] ?? []))).toBeGreaterThan(0);
  });
});

describe('batch norm on the moving statistics', () => {
  it('leaves them where they are', () => {
    const first = smallStep(sgd).program(1).state.statistics?.values;
    expect(stateAfter(over('sam', { bn: 'moving' })).statistics?.values).toEqual(first);
    expect(stateAfter({ ...sgd, bn: 'moving' }).statistics?.values).toEqual(first);
    expect(stateAfter(over('sam', {})).statistics?.values).not.toEqual(first);
  });
});

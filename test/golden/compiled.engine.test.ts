import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runGolden } from '../../src/golden/run.js';
import type { Start } from '../../src/golden/run-case.js';
import { useEngine } from '../engine/engine.js';
import { account, folder, outcome, set } from './folder.js';

const compiled: Start = (step) => compileProgram(step.program(1));

describe('the golden cases, compiled', () => {
  useEngine();

  it.each(set.cases.map(({ id }) => id))('%s agrees with the reference', (id) => {
    expect(account(outcome(id, compiled))).toBe('passed');
  });

  it('the logits of the first weights agree with the reference', () => {
    expect(account(outcome('evaluation', compiled))).toBe('passed');
  });

  it('x² and ten runs on a quadratic agree with what is computed by hand', () => {
    const rows = [...runGolden(folder, compiled, (name) => name.startsWith('closed'))];
    expect(rows.map(account)).toEqual(Array(11).fill('passed'));
  });

  it('a sharp case compares losses, norms, every array after every step, every gradient and the logits', () => {
    const { compared } = outcome('kf_sam', compiled);
    const { steps, expect: quantities, summary = {}, stepSummary = [], gradient } = sharp();
    const summaries = [summary, ...stepSummary, gradient?.samSummary ?? {}];
    const arrays = summaries.reduce((sum, arrays) => sum + 3 * Object.keys(arrays).length, 0);
    const alive = set.parameters.filter(({ trainable, deadBias }) => trainable && !deadBias).length;
    const perStep = Object.keys(quantities).length * steps;
    // Weights: those of small.safetensors, which holds some of the arrays; so at least the logits.
    expect(compared).toBeGreaterThanOrEqual(perStep + arrays + alive + 1);
  });
});

function sharp() {
  const found = set.cases.find(({ id }) => id === 'kf_sam');
  if (!found) throw new Error('golden.json has no case kf_sam');
  return found;
}

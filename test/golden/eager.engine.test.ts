import { describe, expect, it } from 'vitest';
import { runEagerly } from '../../src/engine/eager.js';
import type { Start } from '../../src/golden/run-case.js';
import { useEngine } from '../engine/engine.js';
import { account, outcome, set } from './folder.js';

const eager: Start = (step) => runEagerly(step.program(1));
const sharp = set.cases.map(({ id }) => id).filter((id) => id.startsWith('kf_'));

// The coarse cases, which take ten seconds each this way, are in eager.slow.test.ts.
describe('the sharp golden cases, operation by operation', () => {
  useEngine();

  it.each(sharp)('%s agrees with the reference', (id) => {
    expect(account(outcome(id, eager))).toBe('passed');
  });

  it('the logits of the first weights agree with the reference', () => {
    expect(account(outcome('evaluation', eager))).toBe('passed');
  });
});

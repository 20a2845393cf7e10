import { describe, expect, it } from 'vitest';
import { runEagerly } from '../../src/engine/eager.js';
import type { Start } from '../../src/golden/run-case.js';
import { useEngine } from '../engine/engine.js';
import { account, outcome, set } from './folder.js';

const eager: Start = (step) => runEagerly(step.program(1));
const coarse = set.cases.map(({ id }) => id).filter((id) => !id.startsWith('kf_'));

describe('the coarse golden cases, operation by operation', () => {
  useEngine();

  it.each(coarse)('%s agrees with the reference', (id) => {
    expect(account(outcome(id, eager))).toBe('passed');
  });
});

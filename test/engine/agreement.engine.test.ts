import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runStep } from '../../src/train/run-step.js';
import { base, randomBatch, smallStep } from '../train/small-step.js';
import { describeAgreement } from './agreement.js';

describeAgreement(1);

describe('compiled training', () => {
  it('does train: on one batch again and again the loss falls', () => {
    const step = smallStep(base('adam'));
    const program = compileProgram(step.program(1));
    const losses = Array.from({ length: 20 }, () => runStep(program, step, randomBatch(1), 0.003).loss);
    program.dispose();
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));
  });
});

/** The kinds of step that bench:step compares do equal work, each in the process in which it is timed. */
import { describe, expect, it } from 'vitest';
import { checkedSteps, demandAgreement } from '../../src/bench/agree.js';
import { type Contestant, startContestant } from '../../src/bench/contestant.js';
import { ownProgram } from '../../src/bench/own-program.js';
import type { OwnStep } from '../../src/bench/own-step.js';

async function checked(kind: OwnStep['kind'], optimizer: OwnStep['optimizer'], steps = checkedSteps) {
  const program = ownProgram(kind, { kind, optimizer, batch: 4, threads: 1 });
  const contestant: Contestant = await startContestant({
    ...program,
    args: ['--import', 'tsx', ...program.args.slice(-2)],
  });
  const answer = await contestant.check(steps);
  const milliseconds = await contestant.time(2);
  const traced = kind === 'compiled' ? await contestant.trace(2) : [];
  await contestant.quit();
  return { name: kind, answer, milliseconds, traced };
}

describe('the kinds of step', () => {
  it('start from the same loss, naive layers included', async () => {
    const [compiled, naive] = [await checked('compiled', 'adam', 1), await checked('naive', 'adam', 1)];
    demandAgreement('naive', naive.answer, compiled);
    expect(naive.milliseconds).toHaveLength(2);
    expect(compiled.answer.losses[0]).toBeGreaterThan(1);
    // Every traced step has the same operations, our own kernels among them.
    const types = compiled.traced.map((step) => step.map(({ operation }) => operation).sort());
    expect(types).toEqual([types[0], types[0]]);
    expect(types[0]).toContain('SambenchConvolutionFilterGrad');
  });

  it('have the same losses eagerly and compiled, at w and at w + e, before and after an update', async () => {
    const [compiled, eager] = [await checked('compiled', 'sam'), await checked('eager', 'sam')];
    demandAgreement('eager', eager.answer, compiled);
    expect(compiled.answer.perturbedLosses[0]).toBeGreaterThan(compiled.answer.losses[0] ?? 0);
  });
});

describe('the product of matrices', () => {
  it('is the product: its first number is that of a row times a column', async () => {
    const { answer } = await checked('product', 'adam', 1);
    let corner = 0;
    for (let k = 0; k < 2048; k++) corner += ((k % 7) - 3) * (((k * 2048) % 7) - 3);
    expect(answer.losses[0]).toBe(corner);
  });
});

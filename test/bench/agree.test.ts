/** Only equal work is timed. */
import { describe, expect, it } from 'vitest';
import { demandAgreement } from '../../src/bench/agree.js';

const reference = { name: 'one', answer: { losses: [2.5, 2.25], perturbedLosses: [3, 2.75] } };
const agree = (losses: number[], perturbedLosses: (number | null)[]) =>
  demandAgreement('other', { losses, perturbedLosses }, reference);

describe('demandAgreement', () => {
  it('gives the relative differences', () => {
    const { first, perturbed, later } = agree([2.5001, 2.25], [3.0003, 2.75]);
    expect(first).toBeCloseTo(4e-5, 10);
    expect(perturbed).toBeCloseTo(1e-4, 10);
    expect(later).toBe(0);
  });

  it('refuses another first loss, another perturbed loss and another loss after the update', () => {
    expect(() => agree([2.501, 2.25], [3, 2.75])).toThrow(
      /other does not compute the same step as one.*first/,
    );
    expect(() => agree([2.5, 2.25], [3.01, 2.75])).toThrow(/perturbed/);
    expect(() => agree([2.5, 2.3], [3, 2.75])).toThrow(/later/);
  });

  it('refuses a loss that is not a number and a perturbed loss that is missing', () => {
    expect(() => agree([Number.NaN, 2.25], [3, 2.75])).toThrow(/first/);
    expect(() => agree([2.5, 2.25], [null, null])).toThrow(/perturbed/);
  });

  it('compares what there is when only one step ran', () => {
    const plain = { name: 'one', answer: { losses: [2.5, 2.25], perturbedLosses: [null, null] } };
    const found = demandAgreement('other', { losses: [2.5], perturbedLosses: [null] }, plain);
    expect(found).toEqual({ first: 0, perturbed: null, later: null });
  });
});

/** `compare.within`: what it refuses, and what it holds equal. */
import { describe, expect, it } from 'vitest';
import { expandSuite } from '../../src/suite/expand.js';
import { taskOf } from '../../src/suite/within.js';
import { changed, refusalOf } from './example.js';

type Change = NonNullable<Parameters<typeof changed>[0]>;

/** Both arms in groups of 16 and of 64 images. */
const grouped: Change = (suite) => {
  for (const arm of suite.arms) (arm.optimizer as Record<string, unknown>).m = [16, 64];
  suite.compare.within = ['m'];
};

describe('comparing within an axis', () => {
  it('changes no cell', () => {
    const idsOf = (change: Change) => expandSuite(changed(change)).cells.map(({ id }) => id);
    const free: Change = (suite) => {
      grouped(suite);
      delete suite.compare.within;
    };
    expect(idsOf(grouped)).toEqual(idsOf(free));
  });

  it('is refused for a name of no axis, with the nearest one', () => {
    const { message, parts } = refusalOf((suite) => {
      suite.compare.within = ['rh'];
    });
    expect(parts.path).toBe('compare.within[0]');
    expect(message).toContain('is the name of no axis');
    expect(message).toContain('Did you mean "rho"?');
  });

  it('is refused for epochs, which are budgets', () => {
    const { message } = refusalOf((suite) => {
      suite.compare.within = ['epochs'];
    });
    expect(message).toContain('is the budget');
  });

  it('is refused where an arm has other values, or no such axis', () => {
    const other = refusalOf((suite) => {
      grouped(suite);
      (suite.arms[1]?.optimizer as Record<string, unknown>).m = [16, 32];
    });
    expect(other.message).toContain('has other values in arm "sam" than in arm "adam"');
    const without = refusalOf((suite) => {
      suite.compare.within = ['rho'];
    });
    expect(without.message).toContain('has other values in arm "sam" than in arm "adam"');
  });

  it('asks for equal compute at each value', () => {
    // Adam loses 2N at m 16 alone: 62 steps by 10 epochs are 620 gradients, SAM takes 1240.
    const skip = [{ when: { arm: 'adam', m: 16, epochs: '2N' }, reason: 'slow' }];
    const { message } = refusalOf((suite) => {
      grouped(suite);
      suite.skip = skip;
    });
    expect(message).toContain('arm "adam" at most 620 gradient evaluations, but arm "sam" has 1240');
    expect(() =>
      changed((suite) => {
        grouped(suite);
        delete suite.compare.within;
        suite.skip = skip;
      }),
    ).not.toThrow();
  });
});

describe('the task of a cell', () => {
  it('is its batch size, label noise and values within, of the rule before those of its base', () => {
    const { cells } = expandSuite(changed(grouped));
    const sam = cells.find(({ id }) => id.startsWith('sam') && id.includes('m16'))?.settings;
    if (sam === undefined) throw new Error('no cell of SAM at m 16');
    expect(taskOf(sam, [])).toBe('[64,0]');
    expect(taskOf(sam, ['m', 'learningRate', 'base.beta1'])).toBe('[64,0,16,0.001,0.9]');
  });
});

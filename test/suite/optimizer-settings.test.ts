/** Settings of optimizers that the schema alone cannot judge, and those that every optimizer has. */
import { describe, expect, it } from 'vitest';
import { expandSuite } from '../../src/suite/expand.js';
import { changed, refusalOf } from './example.js';

const base = { name: 'adam', learningRate: 0.001 };

describe('the fraction of esam', () => {
  const esam = (fraction: number, m: number | null = null) => ({
    name: 'esam',
    rho: 0.05,
    fraction,
    m,
    base,
  });

  it('is refused where it makes no whole number of images', () => {
    const error = refusalOf((suite) => {
      suite.arms[1] = { name: 'sam', epochs: 'N', optimizer: esam(0.3) };
    });
    expect(error.message).toContain(
      'arms[1].optimizer.fraction: of 64 images is not a whole number of images',
    );
    expect(error.message).toContain('e.g. 0.25');
  });

  it('is one of the group, where the batch is cut into groups', () => {
    const error = refusalOf((suite) => {
      suite.arms[1] = { name: 'sam', epochs: 'N', optimizer: esam(0.25, 2) };
    });
    expect(error.message).toContain('of 2 images');
  });
});

describe('what every optimizer has', () => {
  it('is m and bn, for a base alone too, and a grid axis', () => {
    const suite = changed(({ arms }) => {
      arms[0] = { name: 'adam', epochs: '2N', optimizer: { ...base, m: [8, 16], bn: 'moving' } };
    });
    const [first, second] = expandSuite(suite).arms[0]?.points ?? [];
    expect(first?.settings.optimizer).toMatchObject({ m: 8, bn: 'moving' });
    expect(second?.settings.optimizer).toMatchObject({ m: 16, bn: 'moving' });
  });

  it('is nothing that the base of a rule could have', () => {
    const error = refusalOf((suite) => {
      suite.arms[1] = {
        name: 'sam',
        epochs: 'N',
        optimizer: { name: 'sam', rho: 0.05, base: { ...base, m: 8 } },
      };
    });
    expect(error.message).toContain('arms[1].optimizer.base.m');
  });
});

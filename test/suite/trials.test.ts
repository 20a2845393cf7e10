/** Numbers of trials: what counts as one, and what is said where the compared arms have unequally many. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expandSuite } from '../../src/suite/expand.js';
import { loadSuite } from '../../src/suite/load.js';
import type { Suite } from '../../src/suite/suite.js';
import { describeTrials } from '../../src/suite/tuning.js';
import { changed } from './example.js';

const said = (suite: Suite) => describeTrials(suite, expandSuite({ suite }));

const adam = (learningRate: unknown, m: unknown = null) => ({
  name: 'adam',
  epochs: ['N', '2N'],
  optimizer: { name: 'adam', learningRate, m },
});
const sam = (rho: unknown, m: unknown = null) => ({
  name: 'sam',
  optimizer: { name: 'sam', rho, m, base: { name: 'adam', learningRate: 0.001 } },
});

describe('numbers of trials', () => {
  it('are equal where each arm has one setting: two budgets and several seeds of it are one trial', () => {
    expect(said(changed().suite)).toEqual([]);
  });

  it('are equal where different axes are lists of one length', () => {
    const { suite } = changed((each) => {
      each.arms = [adam([0.0005, 0.001]), sam([0.05, 0.1])];
    });
    expect(said(suite)).toEqual([]);
  });

  it('are named with the arm that they favour, which may be the baseline', () => {
    const { suite } = changed((each) => {
      each.arms = [adam([0.0005, 0.001, 0.002]), sam(0.05)];
    });
    expect(said(suite)).toEqual([
      'The trials are unequal: sam chooses from 1 setting and adam from 3, budgets apart, which favours adam.',
    ]);
  });

  it('do not count values that are tasks, nor say the same of each task', () => {
    const { suite } = changed((each) => {
      each.arms = [adam(0.001, [16, 64]), sam([0.05, 0.1], [16, 64])];
      each.compare.within = ['m'];
      each.data.labelNoise = [0, 0.4];
      each.batch = [64, 128];
    });
    expect(said(suite)).toEqual([expect.stringContaining('sam chooses from 2 settings and adam from 1')]);
  });

  it('count what skip rules leave, and are told for the tasks in which they differ', () => {
    const { suite } = changed((each) => {
      each.arms = [adam(0.001), sam([0.05, 0.1, 0.2])];
      each.data.labelNoise = [0, 0.4, 0.8];
      each.skip = [
        { when: { labelNoise: 0, rho: [0.1, 0.2] }, reason: 'diverges' },
        { when: { labelNoise: 0.4, rho: 0.2 }, reason: 'diverges' },
      ];
    });
    expect(said(suite)).toEqual([
      expect.stringContaining('sam chooses from 2 settings and adam from 1'),
      expect.stringContaining('sam chooses from 3 settings and adam from 1'),
    ]);
  });
});

describe('the suites of this repository', () => {
  const folder = new URL('../../suites/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.includes('schema'));

  it('give both arms equally many trials, but for two that sweep rho, of which plan and report say so', () => {
    const unequal = names.filter((name) => said(loadSuite(new URL(name, folder).pathname).suite).length > 0);
    expect(unequal).toEqual(['cifar10.json', 'rho-sweep.json']);
  });
});

import { describe, expect, it } from 'vitest';
import { describeEnvironment, fingerprintOf } from '../../src/results/environment.js';

const engine = { threads: 1, tensorflow: '2.21.0', tfjs: '4.22.0', oneDnn: true, gpu: null };

describe('the environment', () => {
  it('has the same fingerprint twice on one machine', () => {
    expect(describeEnvironment(engine)).toEqual(describeEnvironment(engine));
    expect(describeEnvironment(engine).fingerprint).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([
    ['threads', { threads: 2 }],
    ['TensorFlow', { tensorflow: '2.20.0' }],
    ['tfjs', { tfjs: '4.21.0' }],
    ['oneDNN', { oneDnn: false }],
    ['the graphics card', { gpu: 'Test card' }],
    ['the processor', { cpu: 'Other' }],
    ['the number of cores', { cores: 96 }],
    ['the system', { os: 'Other' }],
    ['the major version of Node', { node: '99.0.0' }],
  ])('changes its fingerprint with %s', (_, change) => {
    const environment = describeEnvironment(engine);
    expect(fingerprintOf({ ...environment, ...change })).not.toBe(environment.fingerprint);
  });

  it('keeps its fingerprint over patch versions of Node', () => {
    const environment = { ...describeEnvironment(engine), node: '20.0.0' };
    expect(fingerprintOf({ ...environment, node: '20.99.1' })).toBe(fingerprintOf(environment));
  });
});

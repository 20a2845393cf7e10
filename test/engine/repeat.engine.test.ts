import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { aware, base, smallStep } from '../train/small-step.js';
import { useEngine } from './engine.js';

const root = join(import.meta.dirname, '../..');

/** What a process of its own tells after 50 steps. */
function train(carryAt: number, threads = 1): { sha256: string; nodes: number; weights: string } {
  const child = join(import.meta.dirname, 'repeat-child.ts');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', child, '50', String(carryAt), String(threads)],
    { cwd: root, encoding: 'utf8' },
  );
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('compiled training repeats itself', () => {
  useEngine({ threads: 1 });
  const first = train(0);

  it('bit for bit between two processes, weights and graph', () => {
    expect(train(0)).toEqual(first);
  });

  it('bit for bit between a run straight through and one carried over by read and write', () => {
    expect(train(23)).toEqual(first);
  });

  it('bit for bit with two threads as well', () => {
    expect(train(0, 2).weights).toBe(train(0, 2).weights);
  });

  it('with the same graph every time it is recorded, in this process as in others', () => {
    const graphs = [1, 2].map((seed) => {
      // The values of the weights are state, not part of the graph: another seed changes nothing.
      const program = compileProgram(smallStep(aware('sam', base('adam'))).program(seed));
      program.prepare('step');
      program.prepare('evaluate');
      const graph = program.graph();
      program.dispose();
      return graph;
    });
    expect(graphs[0]).toEqual(graphs[1]);
    expect(graphs[0]).toEqual({ sha256: first.sha256, nodes: first.nodes });
  });

  it('with another graph for another step', () => {
    const program = compileProgram(smallStep(aware('sam', base('adam'), { rho: 0.1 })).program(1));
    program.prepare('step');
    program.prepare('evaluate');
    expect(program.graph().sha256).not.toBe(first.sha256);
    program.dispose();
  });
});

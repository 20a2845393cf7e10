import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EngineOptions, loadEngine } from '../../src/engine/load.js';
import { tf } from '../../src/engine/tensorflow.js';

function load(options: EngineOptions, environment: NodeJS.ProcessEnv = {}) {
  const child = join(import.meta.dirname, 'load-child.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', child, JSON.stringify(options)], {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

describe('loading the engine', () => {
  it('gives TensorFlow over its C library, and nothing on standard error', () => {
    const { status, stdout, stderr } = load({ threads: 2 });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ engine: { tfjsVersion: '4.22.0' }, sum: 3, top: 3 });
    expect(JSON.parse(stdout).engine.tensorflowVersion).toMatch(/^2\.\d+\.\d+$/);
  });

  it('sets threads and oneDNN before TensorFlow reads them', () => {
    const { stdout } = load({ threads: 3, interThreads: 2 }, { TF_ENABLE_ONEDNN_OPTS: '0' });
    expect(JSON.parse(stdout)).toMatchObject({
      engine: { oneDnn: true },
      environment: { TF_ENABLE_ONEDNN_OPTS: '1', TF_NUM_INTRAOP_THREADS: '3', TF_NUM_INTEROP_THREADS: '2' },
    });
  });

  it('takes no instructions and no precision of the kernels from the user’s shell', () => {
    const shell = {
      SAMBENCH_INSTRUCTIONS: 'baseline',
      ONEDNN_MAX_CPU_ISA: 'SSE41',
      ONEDNN_DEFAULT_FPMATH_MODE: 'BF16',
    };
    const newest = JSON.parse(load({ threads: 1 }).stdout).engine.instructions;
    expect(JSON.parse(load({ threads: 1 }, shell).stdout)).toMatchObject({
      engine: { instructions: newest },
      oneDnn: { ONEDNN_MAX_CPU_ISA: null, ONEDNN_DEFAULT_FPMATH_MODE: null },
    });
    expect(JSON.parse(load({ threads: 1, instructions: 'baseline' }, shell).stdout)).toMatchObject({
      engine: { instructions: 'baseline' },
      oneDnn: { ONEDNN_MAX_CPU_ISA: 'SSE41' },
    });
  });

  it('shows TensorFlow’s own lines when asked to', () => {
    expect(load({ threads: 1, verbose: true }).stderr).toContain('oneDNN custom operations are on');
  });

  it('is needed before tf() is', async () => {
    expect(() => tf()).toThrow(/before loadEngine/);
    await loadEngine({ threads: 2 });
    expect(tf().getBackend()).toBe('tensorflow');
  });

  it('twice with equal options gives the same engine', async () => {
    expect(await loadEngine({ threads: 2 })).toBe(await loadEngine({ threads: 2, interThreads: 1 }));
  });

  it('twice with other options is an error', async () => {
    await loadEngine({ threads: 2 });
    await expect(loadEngine({ threads: 1 })).rejects.toThrow(/cannot change/);
  });
});

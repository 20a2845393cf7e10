import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('resident memory', () => {
  it('is the same within 2 % after 500 steps', () => {
    const child = join(import.meta.dirname, 'memory-child.ts');
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', child], {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
    });
    if (!stdout) throw new Error(stderr);
    // The first reading is taken before TensorFlow's pools have their size.
    const [, afterWarmUp, ...later] = JSON.parse(stdout) as number[];
    expect(later).toHaveLength(10);
    expect((later.at(-1) as number) / (afterWarmUp as number)).toBeLessThan(1.02);
  });
});

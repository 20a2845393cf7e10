/** The tests of our kernels once more, with the arithmetic that is compiled for processors of any kind. */
import { expect, it } from 'vitest';
import { loadEngine } from '../../../src/engine/load.js';
import { exactKernels, restrictInstructions } from '../engine.js';

restrictInstructions('baseline');

it('is what these tests run on', async () => {
  const { instructions } = await loadEngine({ ...exactKernels, instructions: 'baseline' });
  expect(instructions).toBe('baseline');
});

await import('./convolution.engine.test.js');
await import('./batch-normalization.engine.test.js');
await import('./normalized-convolution.engine.test.js');
await import('./pooled-normalization.engine.test.js');
await import('./elementwise.engine.test.js');
await import('../fusions/blocks.engine.test.js');

/** The tests of our kernels once more, with the arithmetic that is compiled for processors with AVX2 at most. */
import { expect, it } from 'vitest';
import { thisPlatform } from '../../../src/engine/install/platform.js';
import { loadEngine } from '../../../src/engine/load.js';
import { exactKernels, restrictInstructions } from '../engine.js';

restrictInstructions('avx2');

it('is what these tests run on', async () => {
  const { instructions } = await loadEngine({ ...exactKernels, instructions: 'avx2' });
  // An older processor runs the arithmetic of any kind of processor here as well.
  expect(instructions).toBe(thisPlatform().cpuFlags?.has('avx2') ? 'avx2' : 'baseline');
});

await import('./convolution.engine.test.js');
await import('./batch-normalization.engine.test.js');
await import('./normalized-convolution.engine.test.js');
await import('./pooled-normalization.engine.test.js');
await import('./elementwise.engine.test.js');
await import('../fusions/blocks.engine.test.js');

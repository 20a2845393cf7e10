/** Loads the engine for a file of tests, once: TensorFlow's settings hold for the life of a process, and each file has its own. */
import { beforeAll } from 'vitest';
import { type EngineOptions, type Instructions, loadEngine } from '../../src/engine/load.js';

/** Kernels whose sums are as exact as those of the references: single-threaded and without oneDNN. */
export const exactKernels: EngineOptions = { threads: 1, oneDnn: false };

let instructions: Instructions | null = null;

/** Restricts the kernels of all `useEngine` of this file to these instructions. */
export function restrictInstructions(newest: 'baseline' | 'avx2'): void {
  instructions = newest;
}

/** Loads the engine before the tests of this file. */
export function useEngine(options: EngineOptions = exactKernels): void {
  beforeAll(async () => {
    await loadEngine({ instructions, ...options });
  });
}

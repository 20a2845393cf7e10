import { defineConfig } from 'vitest/config';

// Three projects: pure code, code that loads TensorFlow, and end-to-end runs that take minutes (CI only). They run one
// after the other, since the later ones use every core and measure time.
export default defineConfig({
  test: {
    // TensorFlow's library is loaded once per process: one file at a time, each in its own process.
    poolOptions: { forks: { maxForks: 1, minForks: 1 } },
    projects: [
      {
        test: {
          name: 'unit',
          pool: 'threads',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.engine.test.ts', 'test/**/*.slow.test.ts', 'test/peers/**'],
          globalSetup: ['test/temporary-folder.ts'],
          sequence: { groupOrder: 0 },
          // Simulations and browsers take seconds, and several times that on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'engine',
          pool: 'forks',
          include: ['test/**/*.engine.test.ts'],
          globalSetup: ['test/temporary-folder.ts', 'test/engine-setup.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'slow',
          pool: 'forks',
          include: ['test/**/*.slow.test.ts'],
          globalSetup: ['test/temporary-folder.ts', 'test/engine-setup.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 900_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

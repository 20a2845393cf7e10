import { defineConfig } from 'vitest/config';

// Three projects: pure code, code that loads TensorFlow, and end-to-end runs that take minutes (CI only).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.engine.test.ts', 'test/**/*.slow.test.ts', 'test/peers/**'],
        },
      },
      {
        test: {
          name: 'engine',
          include: ['test/**/*.engine.test.ts'],
          globalSetup: ['test/engine-setup.ts'],
          // TensorFlow's library is loaded once per process and uses every core: one file at a time, each in its own process.
          pool: 'forks',
          poolOptions: { forks: { maxForks: 1, minForks: 1 } },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          globalSetup: ['test/engine-setup.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

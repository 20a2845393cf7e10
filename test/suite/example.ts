/** A small suite that is right, and ways to write it to a file with changes. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SambenchError } from '../../src/errors.js';
import { type LoadedSuite, loadSuite, parseSuite } from '../../src/suite/load.js';

/** A fresh copy each time, so that a test may change it. */
export function example() {
  return {
    name: 'example',
    version: 1,
    data: { name: 'cifar10', train: 4000, validation: 500, test: 1000 } as Record<string, unknown>,
    model: { name: 'resnet8' } as Record<string, unknown>,
    batch: 64 as number | number[],
    epochs: 10 as number | number[],
    arms: [
      { name: 'adam', epochs: ['N', '2N'], optimizer: { name: 'adam', learningRate: 0.001 } },
      {
        name: 'sam',
        epochs: 'N',
        optimizer: { name: 'sam', rho: 0.05, base: { name: 'adam', learningRate: 0.001 } },
      },
    ] as Record<string, unknown>[],
    seeds: 3 as number | number[],
    compare: { baseline: 'adam', candidate: 'sam' } as Record<string, unknown>,
  };
}

type Example = ReturnType<typeof example> & Record<string, unknown>;

/** The example with `change` applied, as `loadSuite` returns it but for the file. */
export function changed(change: (suite: Example) => void = () => {}): LoadedSuite {
  const suite: Example = example();
  change(suite);
  return { ...parseSuite(suite, 'example.json'), sha256: '0'.repeat(64) };
}

/** Writes `content` to a file of a new temporary folder and returns its path. */
export function fileOf(content: string | Uint8Array, name = 'suite.json'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sambench-suite-')), name);
  writeFileSync(file, content);
  return file;
}

/** The error that loading this file ends in. */
export function refusal(file: string): SambenchError {
  try {
    loadSuite(file);
  } catch (error) {
    if (error instanceof SambenchError) return error;
    throw error;
  }
  throw new Error(`${file} was accepted`);
}

/** The error that the example with `change` ends in, read from a file. */
export function refusalOf(change: (suite: Example) => void): SambenchError {
  const suite: Example = example();
  change(suite);
  return refusal(fileOf(JSON.stringify(suite)));
}
